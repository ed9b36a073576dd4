"""Ports for servers on this machine: free, each another one, and none that an outgoing connection may take."""

import socket

import pytest

from deploy.kafka import broker
from deploy.kafka.broker import FIRST_PORT, PORTS, free_port

EPHEMERAL = 32_768
"""The first port that Linux gives to outgoing connections."""


def test_ports_are_different_and_below_those_of_outgoing_connections() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert min(ports) >= FIRST_PORT
    assert max(ports) < FIRST_PORT + PORTS <= EPHEMERAL


def test_a_port_on_which_somebody_listens_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    port, other = free_port(), free_port()
    numbers = [number - FIRST_PORT for number in (port, port + PORTS, other)]
    with socket.create_server(("127.0.0.1", port)):
        monkeypatch.setattr(broker, "_numbers", iter(numbers))
        assert free_port() == other

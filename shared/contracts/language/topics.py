"""The topics of the bus: which service publishes on them, who may see them, and which of them are compacted."""

from collections.abc import Collection
from typing import cast

from shared.contracts.language.aggregate_types import CATALOGUE, CLASSES, EVENT_TYPES, Visibility
from shared.contracts.language.shapes import Erasable

PARTITIONS = 12
"""Of every topic; a key has the same partition in all of them."""


def topics_of(*services: str, classes: Collection[Visibility] = CLASSES) -> list[str]:
    """The topics on which the services publish what is of these classes; of each service the open one first."""
    places = {
        (e.service, CLASSES.index(e.visibility), e.topic)
        for e in CATALOGUE.values()
        if e.service in services and e.visibility in classes
    }
    return [topic for *_, topic in sorted(places)]


def service_of(topic: str) -> str:
    """The service that publishes on the topic, and so has its history."""
    return next(entry.service for entry in CATALOGUE.values() if entry.topic == topic)


def class_of(topic: str) -> Visibility:
    """Who may see what is published on the topic."""
    return next(entry.visibility for entry in CATALOGUE.values() if entry.topic == topic)


def erased_by(event_type: str) -> type[Erasable] | None:
    """What the event erases; None for nearly every event."""
    event_class = EVENT_TYPES.get(event_type)
    if event_class is None or not event_class[1].erases:
        return None
    return cast(type[Erasable], event_class[1].of)


def is_compacted(topic: str) -> bool:
    """Whether the topic keeps only the last record of a key, so that personal data can be removed."""
    return any(e.topic == topic and e.tells_of_people for e in CATALOGUE.values())

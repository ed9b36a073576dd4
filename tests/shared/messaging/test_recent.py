"""Records that several consumers read are decoded once, and never stand for another one."""

from dataclasses import replace

from shared.messaging.bus import Record
from shared.messaging.bus.recent import MOST, Recent

RECORD = Record("portolan.projects.v1", 0, 7, 7, 6, 1, b'{"id":"x"}')


def test_a_second_reader_gets_the_record_of_the_first() -> None:
    recent = Recent()
    assert recent.shared(RECORD) is RECORD
    assert recent.shared(replace(RECORD)) is RECORD


def test_a_record_that_was_redacted_or_has_another_before_it_or_is_of_another_epoch_is_another() -> None:
    recent = Recent()
    recent.shared(RECORD)
    for other in (
        replace(RECORD, value=b'{"id":"erased"}'),
        replace(RECORD, previous=5),
        replace(RECORD, epoch=2),
    ):
        assert recent.shared(other) is other


def test_what_nobody_has_in_hand_is_given_up_after_a_while() -> None:
    recent = Recent()
    recent.shared(replace(RECORD))
    for position in range(8, 8 + MOST):
        recent.shared(replace(RECORD, position=position))
    again = replace(RECORD)
    assert recent.shared(again) is again

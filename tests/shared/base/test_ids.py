"""Ids are UUIDv7, those that follow from another one included."""

from shared.base.ids import derived_id, new_id


def test_a_derived_id_is_always_the_same_and_sorts_by_the_time_of_what_it_belongs_to() -> None:
    first, second = new_id(), new_id()
    of_first = derived_id("budget", str(first))
    assert of_first == derived_id("budget", str(first))
    assert of_first.version == 7
    assert of_first.bytes[:6] == first.bytes[:6]
    assert len({of_first, derived_id("register", str(first)), derived_id("budget", str(second)), first}) == 4

"""The almanac of a service in one process: the zone of the instance, and the working days of the organisation."""

from dataclasses import dataclass, field
from datetime import tzinfo
from weakref import WeakKeyDictionary

from shared.domain.due.days import Almanac, IsWorked, office_week
from shared.store import Store


@dataclass
class WorkedDays:
    """Which days are worked, as this process knows it, and a mark that is another where that changes."""

    mark: str = "office week"
    is_worked: IsWorked = field(default=office_week)


_WORKED: "WeakKeyDictionary[Store, WorkedDays]" = WeakKeyDictionary()


def worked_days_in(store: Store) -> WorkedDays:
    return _WORKED.setdefault(store, WorkedDays())


def almanac_of(store: Store, zone: tzinfo) -> Almanac:
    return Almanac(zone, worked_days_in(store).is_worked)

"""Plans for hypothesis: small ones with every kind of link, lags, calendars and capacities that vary."""

from hypothesis import strategies as st

from services.resources.engines.levelling import (
    Activity,
    Calendar,
    CalendarException,
    Change,
    Demand,
    Link,
    LinkKind,
    Plan,
    Project,
    Resource,
)

CALENDARS = (
    Calendar("weekdays", (True, True, False)),
    Calendar("nights", (False, True), (CalendarException(1, 4), CalendarException(6, 7, working=True))),
)
NAMES = ("a", "b", "c", "d", "e", "f", "g", "h")


@st.composite
def plans(draw: st.DrawFn, most: int = 4, calendars: bool = True) -> Plan:
    """A plan that has a schedule: from the last change on, every resource has what any one activity needs."""
    names = NAMES[: draw(st.integers(1, most))]
    resources = tuple(_resource(draw, name) for name in ("x", "y")[: draw(st.integers(1, 2))])
    calendar = st.sampled_from([None, None, "weekdays", "nights"]) if calendars else st.none()
    activities = tuple(
        Activity(
            name,
            draw(st.integers(0, 3)),
            tuple(_demand(draw, resource) for resource in resources),
            project=draw(st.sampled_from(["p", "q"])),
            calendar=draw(calendar),
            earliest=draw(st.sampled_from([0, 0, 0, 2])),
        )
        for name in names
    )
    pairs = [(a, b) for n, a in enumerate(names) for b in names[n + 1 :] if draw(st.booleans())]
    links = tuple(
        Link(a, b, draw(st.sampled_from(list(LinkKind))), draw(st.integers(-2, 2)), draw(calendar))
        for a, b in pairs
    )
    projects = (Project("p", priority=3, due=4), Project("q", release=draw(st.integers(0, 2)), due=3))
    return Plan(activities, resources, links, projects, CALENDARS if calendars else ())


def _resource(draw: st.DrawFn, name: str) -> Resource:
    capacity = draw(st.integers(1, 3))
    absence = draw(st.integers(0, 4))
    changes = (Change(absence, draw(st.integers(0, 3))), Change(absence + 2, capacity))
    return Resource(name, capacity, changes if draw(st.booleans()) else ())


def _demand(draw: st.DrawFn, resource: Resource) -> Demand:
    return Demand(resource.id, draw(st.integers(0, resource.capacity)))

"""From plans to a network: a node for each activity that is scheduled itself, and the links between them."""

from collections.abc import Sequence

from services.projects.engines.planning import checks
from services.projects.engines.planning.clocks import Clocks
from services.projects.engines.planning.conventions import Conventions
from services.projects.engines.planning.hubs import Hubs
from services.projects.engines.planning.links import add_links
from services.projects.engines.planning.network import NEVER
from services.projects.engines.planning.plan import NOT_STARTED, Activity, ActivityKind, Plan
from services.projects.engines.planning.rules import NOT_BEFORE, as_start, bind
from services.projects.engines.planning.run import Run, Unused
from services.projects.engines.planning.timeline import ROUND_THE_CLOCK
from shared.base.typed import mistyped_on_failure, refuse_mistyped


def assemble(plans: Sequence[Plan], conventions: Conventions) -> Run:
    """The run of the plans; raises `Invalid` for plans that say what cannot be.

    Of the activities and links, what is ordinary proves its types by being so, and what is not is looked at
    closely. A look at every member of all of them would take as long as the schedule.
    """
    refuse_mistyped(conventions, Conventions, "/conventions")
    for plan in plans:
        with mistyped_on_failure(plan, Plan, ""):
            checks.refuse_mistyped_frame(plan)
            checks.refuse(checks.frame_faults(plan))
    checks.refuse(checks.repeated_plans(plans))
    run = Run(tuple(plans), conventions, Clocks(plans))
    for number, plan in enumerate(plans):
        with mistyped_on_failure(plan, Plan, ""):
            _add_activities(run, number)
    hubs = Hubs(run)
    for number, plan in enumerate(plans):
        with mistyped_on_failure(plan, Plan, ""):
            add_links(run, number, hubs)
            hubs.bind(number)
    if conventions.leads == "before_start":
        _let_leads_pull(run)
    return run


def _let_leads_pull(run: Run) -> None:
    """Let the plan's start hold only what no link and no date holds, or a link between finishes."""
    net = run.net
    bound = {node for node, count in enumerate(net.awaited) if count}
    bound.update(*net.unusual_successors().values())
    between_finishes = {
        node for node, links in net.links.items() if any(x.from_finish and x.to_finish for x in links)
    }
    dated = {node for node in net.terms if node not in run.stand_ins and _is_dated(run.activities[node])}
    for node in (bound | dated).intersection(run.scheduled) - between_finishes:
        if run.activities[node].progress.actual_start is None:
            earliest = run.earliest(run.plan(node))
            floor = NEVER if earliest == NEVER else run.axes[node].work_at(earliest)
            net.floors[node] = max(floor, _earliest_by_date(run, node)) if node in dated else floor


def _is_dated(activity: Activity) -> bool:
    """Whether a constraint says when the activity may start or finish at the earliest."""
    return any(constraint.kind in NOT_BEFORE for constraint in activity.constraints)


def _earliest_by_date(run: Run, node: int) -> int:
    """The start that such constraints allow; one before the plan's start is moved by the levelling delay."""
    constraints = run.activities[node].constraints
    start = max(as_start(run, node, each) for each in constraints if each.kind in NOT_BEFORE)
    if node not in run.delays:
        return start
    opening = run.axes[node].work_at(run.opening(run.plan(node)))
    return max(start, run.delays[node].on(min(start, opening)))


def _add_activities(run: Run, number: int) -> None:
    """A node per activity scheduled itself; only the unusual ones need checks and rules of their own."""
    plan = run.plans[number]
    axis, nodes, add = run.clocks.of(plan), dict[str, int](), run.net
    floor = axis.work_at(run.opening(plan))
    unusual: list[tuple[int, Activity]] = []
    run.nodes.append(nodes)
    for place, activity in enumerate(plan.activities):
        if not _is_ordinary(activity):
            unusual.append((place, activity))
            if activity.kind in SPANNING or not activity.active:
                continue
        nodes[activity.id] = len(run.activities)
        run.activities.append(activity)
        run.places.append(place)
        add.durations.append(activity.duration_s)
    added = len(run.activities) - len(run.axes)
    run.blocks.append(range(len(run.axes), len(run.activities)))
    run.axes += [axis] * added
    run.calendars += [axis] * added
    run.plan_of += [number] * added
    add.floors += [floor] * added
    add.followers += [[] for _ in range(added)]
    add.awaited += [0] * added
    for place, activity in unusual:
        refuse_mistyped(activity, Activity, f"/activities/{place}")
    calendar_ids = frozenset(calendar.id for calendar in plan.calendars)
    as_stated = run.conventions.history == "as_stated"
    checks.refuse(
        fault
        for place, activity in unusual
        for fault in checks.activity_faults(plan, calendar_ids, place, activity, as_stated)
    )
    _outline(run, plan)
    for _, activity in unusual:
        if activity.id in nodes:
            _make_unusual(run, nodes[activity.id], activity)
        elif not activity.active:
            run.unused.append(Unused(activity.id, "inactive"))


def _outline(run: Run, plan: Plan) -> None:
    """Who is below whom; refuses parents that are none."""
    inside = [activity for activity in plan.activities if activity.parent is not None]
    below: dict[str, list[str]] = {}
    for activity in inside:
        assert activity.parent is not None
        below.setdefault(activity.parent, []).append(activity.id)
    run.children.append(below)
    if inside:
        checks.refuse(checks.parent_faults(plan, {activity.id: activity for activity in plan.activities}))


def _make_unusual(run: Run, node: int, activity: Activity) -> None:
    plan = run.plan(node)
    calendar = run.clocks.of(plan, activity.calendar)
    by_instants = activity.elapsed or not activity.duration_s or activity.progress.actual_finish is not None
    axis = ROUND_THE_CLOCK if by_instants else calendar
    run.axes[node], run.calendars[node] = axis, calendar
    run.net.floors[node] = axis.work_at(run.opening(plan))
    if _has_rules(activity):
        bind(run, node, activity)


SPANNING = (ActivityKind.SUMMARY, ActivityKind.LEVEL_OF_EFFORT)


def _is_ordinary(activity: Activity) -> bool:
    """Whether nothing but its duration and its links says when the activity is done."""
    return (
        activity.kind is ActivityKind.TASK
        and type(activity.id) is str
        and type(activity.duration_s) is int
        and 0 < activity.duration_s <= checks.LONGEST_S
        and activity.calendar is None
        and activity.active is True
        and activity.elapsed is False
        and not _has_rules(activity)
    )


def _has_rules(activity: Activity) -> bool:
    """Whether more than its links binds the activity."""
    return bool(
        activity.progress is not NOT_STARTED
        or activity.constraints
        or activity.manual
        or activity.levelling_delay_s
        or activity.deadline
    )

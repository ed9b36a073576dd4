"""Who fits a request: five criteria, each a score from 0 to 1 with its reason, weighted and added."""

from collections.abc import Iterator, Sequence
from datetime import date

from services.resources.engines.staffing.hours import free
from services.resources.engines.staffing.people import Criterion, Person, Request, Skill, SkillNeed, Weights
from services.resources.engines.staffing.proposals import Excluded, Merit, Proposal, Shortlist
from shared.base.working_days import DAYS_A_WEEK, Holidays

MEMORY = 365
"""Days after which a person no longer counts as knowing a project they have left."""

Verdict = tuple[float | None, str]


def shortlist(request: Request, people: Sequence[Person], weights: Weights, holidays: Holidays) -> Shortlist:
    """Everything has been checked."""
    shares = normalised(request, weights)
    proposals, excluded = [], []
    for person in people:
        available = availability(request, person, holidays)
        reasons = tuple(obstacles(request, person, available))
        if reasons:
            excluded.append(Excluded(person.id, reasons))
        else:
            proposals.append(_proposal(request, person, shares, available))
    proposals.sort(key=lambda each: (-each.score, -each.at_best, each.person))
    return Shortlist(tuple(proposals), tuple(excluded))


def normalised(request: Request, weights: Weights) -> dict[Criterion, float]:
    """The weights of the criteria that the request has a say in, adding up to 1."""
    weight_of = {criterion: float(getattr(weights, criterion)) for criterion in request.criteria}
    total = sum(weight_of.values())
    return {criterion: weight / total for criterion, weight in weight_of.items()}


def obstacles(request: Request, person: Person, available: Verdict) -> Iterator[str]:
    """All that rules the person out."""
    if request.role is not None and person.role != request.role:
        yield f"role is {person.role or 'not known'}, not {request.role}"
    skills = {skill.name: skill for skill in person.skills}
    for need in request.skills:
        yield from _missing(need, skills.get(need.name), request.ends_on)
    share, reason = available
    if not share or share < request.least_share:
        yield reason


def _missing(need: SkillNeed, skill: Skill | None, until: date) -> Iterator[str]:
    least = need.level if need.least is None else need.least
    if skill is None:
        yield f"has no {need.name}, which is needed at level {least}"
    elif skill.level < least:
        yield f"{need.name} is at level {skill.level}, below {least}"
    elif need.certified and skill.certified_until is None:
        yield f"{need.name} is not certified"
    elif need.certified and skill.certified_until and skill.certified_until < until:
        yield f"the certificate of {need.name} ends on {skill.certified_until}, before {until}"


def _proposal(
    request: Request, person: Person, shares: dict[Criterion, float], available: Verdict
) -> Proposal:
    verdicts: dict[Criterion, Verdict] = {
        Criterion.SKILL: skill(request, person),
        Criterion.AVAILABILITY: available,
        Criterion.COST: cost(person),
        Criterion.CONTINUITY: continuity(request, person),
        Criterion.LOCATION: location(request, person),
    }
    merits = tuple(Merit(criterion, weight, *verdicts[criterion]) for criterion, weight in shares.items())
    score = sum(merit.weight * (merit.score or 0.0) for merit in merits)
    unknown = sum(merit.weight for merit in merits if merit.score is None)
    return Proposal(person.id, score, score + unknown, merits)


def skill(request: Request, person: Person) -> Verdict:
    """The mean over the needs of level / wanted level; more than wanted counts as wanted."""
    levels = {each.name: each.level for each in person.skills}
    pairs = [(need, levels.get(need.name, 0)) for need in request.skills]
    scores = [min(1.0, level / need.level) for need, level in pairs]
    reason = ", ".join(f"{need.name} {level} of {need.level} wanted" for need, level in pairs)
    return (sum(scores) / len(scores) if scores else None), reason


def availability(request: Request, person: Person, holidays: Holidays) -> Verdict:
    """Free hours over asked hours, at most 1; none can be said where no hours are asked."""
    days = holidays.working_days(request.starts_on, request.ends_on)
    asked_hours = days * request.full_time_hours / DAYS_A_WEEK * request.percent / 100
    if not asked_hours:
        return None, "no working hours are asked for in these days"
    hours = free(person, request.starts_on, request.ends_on, holidays)
    return min(1.0, hours / asked_hours), f"{hours:g} of {asked_hours:g} hours free"


def cost(person: Person) -> Verdict:
    """The reference category's cost over the person's, at most 1."""
    if person.cost_index is None:
        return None, "cost category not known"
    return min(1.0, 1 / person.cost_index), f"costs {person.cost_index:g} times the reference category"


def continuity(request: Request, person: Person) -> Verdict:
    """1 for who is on the project up to the start, less the longer ago, 0 after a year or without any
    booking."""
    days = [
        b.ends_on
        for b in person.bookings
        if b.project == request.project and b.starts_on <= request.starts_on
    ]
    if not days:
        return 0.0, f"has not worked on {request.project}"
    away = max(0, (request.starts_on - max(days)).days - 1)
    if not away:
        return 1.0, f"works on {request.project} up to the start"
    return max(0.0, 1 - away / MEMORY), f"left {request.project} {away} days before the start"


def location(request: Request, person: Person) -> Verdict:
    """1 at the place asked for, 0 elsewhere."""
    if person.location is None:
        return None, "location not known"
    return float(person.location == request.location), f"is in {person.location}"

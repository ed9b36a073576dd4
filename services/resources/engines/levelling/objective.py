"""What a schedule is judged by: the plan's finish, or its projects' finishes weighted by their priorities."""

from collections.abc import Sequence

from services.resources.engines.levelling.network import Network
from services.resources.engines.levelling.plan import Objective, Project


def members(network: Network) -> list[tuple[Project, list[int]]]:
    """Each project that has activities, with their numbers."""
    of: dict[str, list[int]] = {}
    for n, activity in enumerate(network.plan.activities):
        if activity.project:
            of.setdefault(activity.project, []).append(n)
    return [(project, of[project.id]) for project in network.plan.projects if project.id in of]


def project_finishes(network: Network, starts: Sequence[int]) -> dict[str, int]:
    """When each project's last activity ends."""
    return {
        project.id: max(network.finish(n, starts[n]) for n in numbers)
        for project, numbers in members(network)
    }


def late(project: Project, finish: int) -> int:
    """The steps a project is late by; one without a due date is never late."""
    return 0 if project.due is None else max(0, finish - project.due)


def value(network: Network, objective: Objective, starts: Sequence[int]) -> int:
    """The objective's value, in steps or in steps times priority."""
    if objective is Objective.MAKESPAN:
        return network.makespan(starts)
    finishes = project_finishes(network, starts)
    projects = [project for project in network.plan.projects if project.id in finishes]
    if objective is Objective.WEIGHTED_FINISH:
        return sum(project.priority * finishes[project.id] for project in projects)
    return sum(project.priority * late(project, finishes[project.id]) for project in projects)

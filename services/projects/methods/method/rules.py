"""What holds of methods: their parts name each other rightly, and one that projects begin with can lead them.

draft -> piloted -> published -> deprecated; its next edition supersedes a published one
"""

from collections.abc import Iterator

from services.projects.methods.method import references
from shared.base.errors import Conflict, Fault, Invalid
from shared.base.texts import Text
from shared.contracts.projects.methods import (
    Method,
    MethodDeprecated,
    MethodPiloted,
    MethodPublished,
    MethodState,
)
from shared.domain.lifecycle import Lifecycle, Move
from shared.domain.register import is_revised

S = MethodState
BEGINS = (S.PILOTED, S.PUBLISHED)
"""The states in which projects begin with a method; one that has it already goes on with it in any."""


def parts_fit(method: Method) -> None:
    """Refuse (422 `bad_method`) what names a part twice, or one that is not there; all faults are told at once."""
    faults = list(references.faults_of(method))
    if faults:
        raise Invalid("the parts of the method do not fit together", *faults, code="bad_method")


def can_lead(method: Method) -> None:
    """Refuse (422 `method_incomplete`) to let projects begin with what has no course."""
    faults = list(_missing(method))
    if faults:
        raise Invalid("the method cannot lead a project yet", *faults, code="method_incomplete")


def _missing(method: Method) -> Iterator[Fault]:
    if not method.phases:
        yield Fault("required", "name at least one phase", pointer="/phases")
    if not method.roles:
        yield Fault("required", "name at least the roles that decide", pointer="/roles")
    deciders = {role.code for role in method.roles if role.acts_as is not None}
    for i, gate in enumerate(method.gates):
        if gate.decider not in deciders:
            yield Fault(
                "cannot_decide",
                Text("{role} acts neither as sponsor nor as manager nor as committee", role=gate.decider),
                pointer=f"/gates/{i}/decider",
            )


def piloted_stays(method: Method, before: Method | None) -> None:
    """What projects try is not changed under their feet."""
    if before is not None and before.state is S.PILOTED and is_revised(method, before):
        raise Conflict(
            "a method that projects try stays as it is: publish it, and make its next edition",
            code="piloted_stays",
        )


def may_begin(method: Method, *, has_it: bool) -> None:
    """Refuse (409 `method_not_published`) a project that begins with a draft, or with what was given up."""
    if method.archived_at is None and (has_it or method.state in BEGINS):
        return
    raise Conflict(
        Text("projects do not begin with {method}: it is not published", method=method.title),
        Fault("not_published", "a method that is published or tried", pointer="/method_id"),
        code="method_not_published",
        state=method.state.value,
    )


LIFECYCLE = Lifecycle(
    "state",
    {
        "pilot": Move(S.DRAFT, S.PILOTED, MethodPiloted, needs="write", check=can_lead),
        "publish": Move(
            (S.DRAFT, S.PILOTED),
            S.PUBLISHED,
            MethodPublished,
            check=can_lead,
            description="From draft or piloted to published: projects begin with it, and it is not changed any more. The"
            " edition before is superseded; projects that have it keep it.",
        ),
        "deprecate": Move(S.PUBLISHED, S.DEPRECATED, MethodDeprecated, needs="write"),
    },
)

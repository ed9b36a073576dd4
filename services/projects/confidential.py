"""Who makes a portfolio, programme or project confidential, or open again: who decides there."""

from shared.base.errors import Fault, Forbidden, Invalid
from shared.contracts.projects.strategy import Portfolio, Programme
from shared.contracts.projects.structure import Project
from shared.domain.work import Work

DECIDE = "projects.decide"
IS_HIDDEN_EVERYWHERE = False
"""Until reporting hides it too, nothing can be made confidential."""


def check_confidential(work: Work, node: Portfolio | Programme | Project) -> None:
    """Refuse (403) a change of `confidential` by somebody who does not decide there."""
    before = work.before(node)
    if node.confidential == (before is not None and before.confidential):
        return
    if not IS_HIDDEN_EVERYWHERE:
        raise Invalid(
            "nothing can be confidential yet", Fault("not_served", "not yet", pointer="/confidential")
        )
    if work.rights is not None and not work.rights.may(DECIDE, [node.id]):
        raise Forbidden(
            "only who decides there makes it confidential or open",
            Fault("decide_only", "needs decide", pointer="/confidential"),
            code="scope_missing",
            needs=DECIDE,
        )

"""Who makes a portfolio, programme or project confidential, or open again: who decides there."""

from shared.base.errors import Fault, Forbidden
from shared.contracts.projects.strategy import Portfolio, Programme
from shared.contracts.projects.structure import Project
from shared.domain.work import Work

DECIDE = "projects.decide"


def check_confidential(work: Work, node: Portfolio | Programme | Project) -> None:
    """Refuse (403) a change of `confidential` by somebody who does not decide there."""
    before = work.before(node)
    if node.confidential == (before is not None and before.confidential):
        return
    if work.rights is not None and not work.rights.may(DECIDE, [node.id]):
        raise Forbidden(
            "only who decides there makes it confidential or open",
            Fault("decide_only", "needs decide", pointer="/confidential"),
            code="scope_missing",
            needs=DECIDE,
        )

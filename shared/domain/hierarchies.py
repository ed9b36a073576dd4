"""Hierarchies of one kind of aggregate: each names the one above it, nothing stands under itself, and the levels are
bounded.

    UNITS = Hierarchy(OrgUnit, deepest=30)

The register takes `guard`, and its check awaits `check`: of two who change the hierarchy at once only the first does.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.contracts.language import Aggregate, entry_of
from shared.domain.trees import Parents
from shared.domain.work import Work


@dataclass(frozen=True)
class Hierarchy:
    """What stands under what. `member` names the one above; `deepest` is the most levels, the top one included."""

    shape: type[Aggregate]
    member: str = "parent_id"
    deepest: int = 30

    @property
    def key(self) -> str:
        return f"{entry_of(self.shape).name}-hierarchy"

    def guard(self, content: Any) -> str | None:
        """The guard of a request or of an aggregate; None where it stands at the top."""
        return None if getattr(content, self.member) is None else self.key

    async def check(self, work: Work, entity: Aggregate) -> None:
        """Refuse (422) a new place in the hierarchy that is under itself, or too deep."""
        above: UUID | None = getattr(entity, self.member)
        before = work.before(entity)
        if above is None or (before is not None and getattr(before, self.member) == above):
            return
        await work.guard(self.key)
        fits_into(entity.id, above, await self.parents(work), self.deepest, f"/{self.member}")

    async def parents(self, work: Work) -> Parents[UUID]:
        """What stands above each, as this unit leaves it; guarded, so that two moves cannot close a cycle."""
        table = work.mirrors[self.shape].name
        rows = await work.store.fetch(f"SELECT id, {self.member} FROM {table}")
        stored = {UUID(id): UUID(above) if above else None for id, above in rows}
        staged = {id: getattr(one, self.member) for id, one in work.staged(self.shape).items()}
        return Parents(stored | staged)


def fits_into(id: UUID, parent_id: UUID, parents: Parents[UUID], deepest: int, pointer: str) -> None:
    """Under `parent_id` it is not under itself, and what stands under it is not too deep.

    `parents` is the hierarchy, in which it may still stand where it stood.
    """
    above = parents.above(parent_id)
    if id in above:
        chain = " under ".join(str(one) for one in (id, *above[: above.index(id) + 1]))
        raise Invalid(
            Text("the hierarchy would be a cycle: {chain}", chain=chain),
            Fault("cycle", "leads back", pointer=pointer),
        )
    levels = len(above) + parents.height(id)
    if levels > deepest:
        raise Invalid(
            Text(
                "the hierarchy would have {levels} levels; it has at most {deepest}",
                levels=levels,
                deepest=deepest,
            ),
            Fault("too_deep", Text("at most {deepest} levels", deepest=deepest), pointer=pointer),
            code="too_deep",
        )

"""What the roles of a project are: which are needed, which one person cannot have together, and who acts as sponsor or manager.

They are those of the project's method. Without a method there are two that act: `sponsor`, and `manager` or
`project_manager`. Both are needed before a mandate is signed, each is had by one person at a time, and never by the same
(HERMES 2022, PM2 and PRINCE2 agree in that). Any other role may be given beside them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.contracts.projects.methods import ActsAs, Method
from shared.contracts.projects.structure import Project
from shared.domain.work import Work


@dataclass(frozen=True)
class RoleRule:
    """What holds of one role."""

    required: bool = False
    most: int | None = None
    """How many persons may have it at a time; None: as many as there are."""
    acts_as: ActsAs | None = None
    excludes: frozenset[str] = frozenset()
    """The roles that who has this one cannot have on the same day."""


ALL = "all"
"""In place of the roles that one excludes: any other."""
MANAGERS = frozenset({"manager", "project_manager"})
ANY_ROLE = RoleRule()


@dataclass(frozen=True)
class RoleRules:
    """What holds of the roles of one project."""

    by_code: Mapping[str, RoleRule]

    def of(self, code: str) -> RoleRule:
        return self.by_code.get(code, ANY_ROLE)

    def acting_as(self, acts_as: ActsAs) -> frozenset[str]:
        """The codes of the roles that act as such."""
        return frozenset(code for code, rule in self.by_code.items() if rule.acts_as is acts_as)

    def exclude_each_other(self, code: str, other: str) -> bool:
        """Whether one person cannot have both; it is enough that one of them says so. Whoever acts as sponsor never acts as
        manager, whatever the method says: nobody would look at what they manage."""
        if {self.of(code).acts_as, self.of(other).acts_as} == {ActsAs.SPONSOR, ActsAs.MANAGER}:
            return True
        return other in self.of(code).excludes or code in self.of(other).excludes

    def missing(self, codes_held: Collection[str]) -> list[str]:
        """The required roles of which none is held; of those that act alike one is enough."""
        missing: list[str] = []
        for code, rule in self.by_code.items():
            alike = {code} if rule.acts_as is None else self.acting_as(rule.acts_as)
            if rule.required and not alike & set(codes_held) and not alike & set(missing):
                missing.append(code)
        return missing


WITHOUT_METHOD = RoleRules(
    {
        "sponsor": RoleRule(required=True, most=1, acts_as=ActsAs.SPONSOR, excludes=MANAGERS),
        "manager": RoleRule(required=True, most=1, acts_as=ActsAs.MANAGER),
        "project_manager": RoleRule(required=True, most=1, acts_as=ActsAs.MANAGER),
    }
)


async def rules_of(work: Work, project: Project) -> RoleRules:
    """What holds of the roles of this project."""
    if project.method_id is None:
        return WITHOUT_METHOD
    return of_method(await work.load(Method, project.method_id))


def of_method(method: Method) -> RoleRules:
    """The roles of a method; one that excludes `all` is had by nobody who has another one."""
    codes = {role.code for role in method.roles}
    return RoleRules(
        {
            role.code: RoleRule(
                required=role.required,
                most=role.max,
                acts_as=role.acts_as,
                excludes=frozenset(codes - {role.code} if ALL in role.excludes else role.excludes),
            )
            for role in method.roles
        }
    )

"""How the published language is declared: shapes, facts, and the one catalogue that knows them all.

An aggregate's shape is what GET answers, what a list contains, what a write answers and what an event carries as
`state`. A fact is what happened, in the past tense, with its own details. Both are declared once; what holds of a
member stands beside it (`shared/contracts/members.py`):

    @aggregate("projects", "projects")
    class Project(Aggregate):
        name: Annotated[Line, label, sortable, searched]

    @fact(Project, "approved")
    class ProjectApproved(Fact): ...

editions         what aggregates with editions have
values           the types of members
shapes           aggregates, facts and the parts of both
aggregate_types  the catalogue
declaring        `aggregate` and `fact`
topics           where events are published
"""

from shared.contracts.language.aggregate_types import (
    CATALOGUE,
    CLASSES,
    EVENT_TYPES,
    OPEN_TO_READERS,
    AggregateType,
    Visibility,
    entry_of,
    type_name,
)
from shared.contracts.language.custom import FieldName
from shared.contracts.language.declaring import PLAIN_FACTS, SCOPES, aggregate, fact, plain
from shared.contracts.language.editions import SUPERSEDED, Edition, Superseded
from shared.contracts.language.shapes import (
    STATE_LIMIT,
    Aggregate,
    AnswerShape,
    Decided,
    Decision,
    Described,
    Erasable,
    ExternalRef,
    Fact,
    OwnDecision,
    Reasoned,
    Shape,
    TimeFact,
    absent,
)
from shared.contracts.language.topics import (
    PARTITIONS,
    class_of,
    erased_by,
    is_compacted,
    service_of,
    topics_of,
)
from shared.contracts.language.values import (
    DAY_BOUNDS,
    INSTANT_BOUNDS,
    Code,
    Day,
    Email,
    FileName,
    Id,
    Instant,
    Key,
    Line,
    Pattern,
    Percent,
    Prose,
    Sha256,
    Source,
    VisibleProse,
)

__all__ = [
    "CATALOGUE",
    "CLASSES",
    "DAY_BOUNDS",
    "EVENT_TYPES",
    "INSTANT_BOUNDS",
    "OPEN_TO_READERS",
    "PARTITIONS",
    "PLAIN_FACTS",
    "SCOPES",
    "STATE_LIMIT",
    "SUPERSEDED",
    "Aggregate",
    "AggregateType",
    "AnswerShape",
    "Code",
    "Day",
    "Decided",
    "Decision",
    "Described",
    "Edition",
    "Email",
    "Erasable",
    "ExternalRef",
    "Fact",
    "FieldName",
    "FileName",
    "Id",
    "Instant",
    "Key",
    "Line",
    "OwnDecision",
    "Pattern",
    "Percent",
    "Prose",
    "Reasoned",
    "Sha256",
    "Shape",
    "Source",
    "Superseded",
    "TimeFact",
    "Visibility",
    "VisibleProse",
    "absent",
    "aggregate",
    "class_of",
    "entry_of",
    "erased_by",
    "fact",
    "is_compacted",
    "plain",
    "service_of",
    "topics_of",
    "type_name",
]

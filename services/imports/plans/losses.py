"""What of a plan has no place in Portolan: by kind, with the reason and what can be done."""

from services.imports.breakdown.drafts import Losses
from shared.base.texts import Text

PLAN_ITSELF = Text("keep the file; Portolan can schedule it as it is (schedules)")

KINDS: dict[Text, tuple[Text, Text]] = {
    Text("links"): (Text("work packages have no dependencies yet"), PLAN_ITSELF),
    Text("calendars"): (Text("working times of plans are not taken"), Text("enter them as calendars")),
    Text("constraints"): (Text("work packages have planned dates only"), PLAN_ITSELF),
    Text("deadlines"): (
        Text("work packages have planned dates only"),
        Text("enter them as planned finish where they matter"),
    ),
    Text("assignments"): (
        Text("who works how many hours on a task is not taken; the one with most work owns the package"),
        Text("book persons as allocations"),
    ),
    Text("further owners"): (Text("a package has one owner"), Text("name the others in its description")),
    Text("roles, materials and costs"): (
        Text("resources that are no persons are not taken"),
        Text("book persons instead"),
    ),
    Text("resource rates"): (Text("rates belong to the organisation"), Text("enter them as rate cards")),
    Text("custom fields"): (
        Text("fields of a plan's own are not taken"),
        Text("declare fields of the organisation, and import a table with them"),
    ),
    Text("further baselines"): (
        Text("the first baseline is the plan, others are not taken"),
        Text("keep the file"),
    ),
    Text("splits"): (Text("a package has one start and one finish"), Text("make a package of each part")),
    Text("hours of work"): (Text("work packages have no hours"), Text("keep the file")),
    Text("actual costs"): (
        Text("costs are booked in finance"),
        Text("bring them in as a table of actual costs"),
    ),
    Text("milestones"): (
        Text("they come in as packages of one day"),
        Text("bring those that matter in as a table of milestones"),
    ),
    Text("inactive tasks"): (
        Text("an inactive task is not meant to be done"),
        Text("make it active in the plan"),
    ),
    Text("links to other plans"): (
        Text("tasks of other files are not followed"),
        Text("import those files too"),
    ),
}


def add(losses: Losses, kind: str, count: int) -> None:
    """Count what a plan holds of a kind."""
    why, mend = KINDS[Text(kind)]
    losses.add(Text(kind), count, why, mend)


def add_elements(losses: Losses, count: int) -> None:
    """Count the kinds of elements that the reader of the file passed over."""
    why = Text("settings, results that are computed anew, and members without a place in a plan")
    losses.add(Text("kinds of other elements"), count, why, Text("the report of the command line lists them"))

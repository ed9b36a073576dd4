"""What schedulers disagree about, as parameters; the defaults are argued in docs/adr/0101."""

from dataclasses import dataclass
from typing import Literal

from services.projects.engines.planning.working_time import days


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a schedule is to be computed.

    - `start_to_finish`: under "inclusive" days an SF link lets the successor's last day be the
      predecessor's first, so a working day is added to its lag. At the "instant" the successor ends as
      the predecessor begins.
    - `lag_calendar`: whose working time a lag that is not elapsed counts.
    - `leads`: whether links, and the dates of SNET and FNET constraints, may pull what they hold to before
      the plan's start; FF links never do.
    - `history`: progress whose parts contradict each other (an actual date after the data date, progress
      without an actual start) is refused, or taken as stated.
    - `constraints`: what happens when the logic cannot meet a must-start-on or must-finish-on date.
      "refuse" names the chain. "honour" keeps every constraint's date (musts early and late),
      no-later-than dates included, and shows the conflict as negative float before it. "yield" lets the
      logic win and shows negative float on the activity itself. Under "refuse", no-later-than dates
      yield.
    - `out_of_sequence`: whether the rest of an activity that began before its predecessors allowed
      still waits for them (retained logic) or not (progress override).
    - `unfinished_work`: what is not done by the data date lies after it, or stays in place where it was
      planned.
    - `as_late_as_possible`: an ALAP activity is delayed by its free float, moving nothing else, or by
      its total float, moving its successors too.
    - `float_to`: from which finish late dates are counted back. It is that of everything scheduled
      together ("run"), of the activity's own plan ("plan"), or of each activity nothing follows
      ("open_end"). A plan's `finish_by` goes before all three.
    - `critical_at_s`, `near_critical_at_s`: an activity is critical with a total float of at most the
      first (working seconds), near-critical with at most the second.
    """

    start_to_finish: Literal["inclusive", "instant"] = "inclusive"
    lag_calendar: Literal["predecessor", "successor", "plan", "elapsed"] = "predecessor"
    leads: Literal["after_start", "before_start"] = "after_start"
    constraints: Literal["refuse", "honour", "yield"] = "refuse"
    history: Literal["refuse", "as_stated"] = "refuse"
    out_of_sequence: Literal["retained_logic", "progress_override"] = "retained_logic"
    unfinished_work: Literal["after_data_date", "in_place"] = "after_data_date"
    as_late_as_possible: Literal["free_float", "total_float"] = "free_float"
    float_to: Literal["run", "plan", "open_end"] = "run"
    critical_at_s: int = 0
    near_critical_at_s: int = days(5)


DEFAULTS = Conventions()

MICROSOFT_PROJECT = Conventions(
    start_to_finish="instant",
    lag_calendar="successor",
    leads="before_start",
    constraints="honour",
    history="as_stated",
    unfinished_work="in_place",
    as_late_as_possible="total_float",
)
"""As Microsoft Project schedules a plan from its start, with its options as installed."""

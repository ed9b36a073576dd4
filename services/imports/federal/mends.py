"""What to do about each kind of finding, where something can be done."""

from shared.base.texts import Text

MENDS = {
    "agency_code_differs": Text("Correct the agency code, or the identifier of the investment."),
    "cells_shifted": Text("Put the cells of the row under their columns, and import the file again."),
    "contract_amount_negative": Text("Check the amount."),
    "contract_ends_before_start": Text("Check both dates."),
    "contract_without_amount": Text("Write the amount, if it is known."),
    "contract_without_start": Text("Write the start date, if it is known."),
    "contract_without_vendor": Text("Write the vendor, if it is known."),
    "lifecycle_cost_far_above_plan": Text("Check the lifecycle cost."),
    "lifecycle_cost_typed_as_millions": Text(
        "Divide the lifecycle cost by a thousand, if it was typed in thousands."
    ),
    "malformed_row": Text("Write as many cells as there are columns."),
    "no_cost": Text("Write the planned and the projected cost, if they are known."),
    "no_dates": Text("Write the dates, if they are known."),
    "no_start": Text("Write the start date, if it is known."),
    "plan_above_lifecycle_cost": Text("Check both amounts."),
    "repeated_key": Text("Remove one of the rows, or give it a key of its own."),
    "schedule_variance_differs": Text("Check the dates and the day of the last update."),
    "text_too_long": Text("Shorten the text."),
    "unreadable_cell": Text("Write days as 2026-03-31 and amounts as 1234.50."),
}

"""What each kind of page is for, what its marks mean, and where the how-to is: one declaration for all pages.

A kind of page is a template. A page that somebody added without help is shown without; of ours a test refuses it.
"""

from dataclasses import dataclass

from services.reporting.web.words import N_


@dataclass(frozen=True)
class Help:
    """Of one kind of page. The texts are English; they are translated with those of the pages."""

    purpose: str
    """What the page is for, in one line."""
    marks: tuple[tuple[str, str], ...] = ()
    """What is seen on it, and what that means."""
    how_to: str = "your-first-hour"
    """The page of `docs/how-to` that goes further."""


Mark = tuple[str, str]

FIGURES: tuple[Mark, ...] = (
    (
        N_("Circle, triangle, square"),
        N_(
            "Health by the thresholds of the portfolio: green, amber, red. A hollow circle: nothing to judge by yet."
        ),
    ),
    (N_("Amber or red figures"), N_("A threshold of cost or time is crossed. No other figure is coloured.")),
    (N_("− and + at amounts"), N_("Plan less forecast: − costs more than planned, + costs less.")),
    (N_("− and + at days"), N_("Plan less forecast: − ends later than planned, + ends earlier.")),
    ("–", N_("The value is not known; “Exact” shows why.")),
    (N_("Links in charts and tables"), N_("They lead to the rows from which a figure was made.")),
    (N_("As of"), N_("All figures are shown as they were by the end of that day.")),
)
NEW_MARK: Mark = (N_("new"), N_("It came after your last visit ended."))
STATE_MARK: Mark = (N_("A word in a frame"), N_("The state in which it is, or that it is archived."))
NEEDED_MARK: Mark = (N_("(required)"), N_("The form cannot do without it."))

HELP: dict[str, Help] = {
    "home.html": Help(
        N_("What waits for you, what has changed since your last visit, and the portfolios that you pinned."),
        (
            (N_("late"), N_("The day on which it was due has passed.")),
            NEW_MARK,
            ("→", N_("The value at your last visit, and the value now.")),
        ),
    ),
    "mandate.html": Help(
        N_("The mandate as it is signed: read it, sign it, print it or save it as PDF."),
        (
            STATE_MARK,
            (
                N_("SHA-256 of what is signed"),
                N_(
                    "A fingerprint of the content: whoever has the content can compute it, and nobody can change one without the other."
                ),
            ),
        ),
    ),
    "search.html": Help(
        N_("Finds everything that you may see by its key, its name or its title."),
        (
            (
                N_("The order"),
                N_(
                    "First what has exactly this key, then what begins so, then what has all the words; archived last."
                ),
            ),
            STATE_MARK,
        ),
    ),
    "overview.html": Help(
        N_("All portfolios and projects at a glance: cost, time, health, risk and budget."), FIGURES
    ),
    "alignment.html": Help(
        N_("Which strategic objective is served by what, and with how much money."),
        (
            (
                N_("Planned cost and likely cost"),
                N_(
                    "The money of a project counts once: it is divided among the objectives that it serves, by how much it"
                    " contributes (low 1, moderate 2, strong 3, extreme 4)."
                ),
            ),
            (
                N_("Counts and sums"),
                N_(
                    "With what serves the objectives below; a project that has ended serves nothing any more."
                ),
            ),
        ),
    ),
    "gantt.html": Help(
        N_("The activities of a plan as they are scheduled, beside the dates that were agreed."),
        (
            (
                N_("Float, days"),
                N_("By how much the activity can slip before the finish of the project does."),
            ),
        ),
    ),
    "pipeline.html": Help(
        N_("Which requests wait where, for how long, and how many of them become projects."),
        (
            (N_("Days"), N_("Full days since the request has stood in its state.")),
            (
                N_("Of the step before"),
                N_("Of the requests that reached the step before, how many reached this one."),
            ),
        ),
    ),
    "control.html": Help(
        N_("Which forecasts have left what their mandates tolerate, and what waits for a decision."),
        (
            (N_("Beyond"), N_("How far the forecast is beyond what is tolerated.")),
            (
                N_("Deciding authority"),
                N_("Who decides a change, as far as its impact with all approved before goes."),
            ),
        ),
    ),
    "portfolio.html": Help(
        N_("One portfolio with everything under it: cost, time, health, risk and budget."), FIGURES
    ),
    "projects.html": Help(N_("Projects with their figures: narrowed, sorted, and as of a day."), FIGURES),
    "project.html": Help(
        N_("One project: its figures, dates, work packages, risks, money and people."),
        (
            *FIGURES,
            (
                N_("Milestone trend"),
                N_(
                    "When each milestone was expected: a line that rises comes later, one that falls earlier."
                ),
            ),
        ),
    ),
    "registers/behind.html": Help(N_("The rows from which a figure was counted or summed."), (STATE_MARK,)),
    "registers/index.html": Help(
        N_("All registers that you may read, by their groups."), how_to="a-page-for-a-register"
    ),
    "registers/list.html": Help(
        N_("One register: its rows, narrowed, searched and sorted, and the same as a table file."),
        (STATE_MARK, (N_("An underlined heading"), N_("The list can be sorted by it."))),
        "a-page-for-a-register",
    ),
    "registers/detail.html": Help(
        N_("One entry of a register: its members, what belongs to it, its steps and its history."),
        (STATE_MARK, (N_("A button"), N_("What you may do now. What you may not do is not offered."))),
        "a-page-for-a-register",
    ),
    "registers/form.html": Help(
        N_("Makes or changes one entry. What you typed stays until it is accepted."),
        (NEEDED_MARK,),
        "a-page-for-a-register",
    ),
    "registers/history.html": Help(
        N_("Every version of one entry: who made it and when, and any two of them compared."),
        ((N_("Struck through, underlined"), N_("The value before, and the value after.")),),
        "a-page-for-a-register",
    ),
    "import.html": Help(
        N_(
            "Brings in a table of your own, plans, or what other systems export: first you see what becomes of it."
        ),
        (
            (N_("Columns to look at"), N_("Nothing is checked or written yet.")),
            (N_("Checked, nothing written"), N_("You see what would be new and what would change.")),
        ),
        "import-a-table",
    ),
    "import_files.html": Help(
        N_(
            "Files of another system on their way in: what they hold, what would change, and what is not taken."
        ),
        (
            (N_("Read, nothing written"), N_("You see what the files hold; nothing is checked yet.")),
            (
                N_("What is not taken"),
                N_("Portolan has no place for it. It is no error, and stays in your files."),
            ),
            (
                N_("A finding in bold"),
                N_("Something of the files does not come in, or not as it stands there."),
            ),
        ),
        "import-plans-and-issues",
    ),
    "import_table.html": Help(
        N_("One table on its way in. Correct what is proposed for its columns, check it, and import it."),
        (
            (N_("Key"), N_("By these columns a row is known when the file comes again.")),
            (N_("Struck through, underlined"), N_("The value before, and the value after.")),
        ),
        "import-a-table",
    ),
    "operations.html": Help(
        N_("The computations that you began, of all services."), (STATE_MARK,), "a-long-computation"
    ),
    "operation.html": Help(
        N_("One computation: how far it is, its result, and a way to cancel it."), (), "a-long-computation"
    ),
    "account.html": Help(
        N_("Who you are here, what you may do, your sessions, and tokens for programs."), (), "sign-in"
    ),
    "mail_preferences.html": Help(
        N_("How often you are written to, and in which language."), (), "send-mail"
    ),
    "mail_stop.html": Help(N_("Ends mails without logging in."), (), "send-mail"),
    "login.html": Help(N_("Logs you in: with your organisation, by a link, or with a token."), (), "sign-in"),
    "leaving.html": Help(N_("Leads to your organisation, where you log out as well."), (), "sign-in"),
    "refused.html": Help(N_("Says why the page could not be shown, and what to do."), (), "who-may-see-what"),
    "problems.html": Help(N_("All refusals that a program may meet."), (), "write-a-client"),
    "problem.html": Help(N_("What a refusal means for a program."), (), "write-a-client"),
}
"""Template -> help."""

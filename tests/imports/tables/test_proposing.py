"""Proposals: which member each column fills, and why the others are not taken."""

from collections.abc import Sequence

import pytest

from services.imports.tables.conventions import survey
from services.imports.tables.proposing import Proposal, propose, table_for
from services.imports.tables.table import Row, Table
from services.imports.tables.targets import target_named
from shared.base.texts import in_language, is_translated
from tests.imports.tables.headings import CASES, Case


def table_of(file: str, head: Sequence[str], *rows: Sequence[str]) -> Table:
    """A table as a text file gives it: texts, and nothing where a cell is empty."""
    lines = [Row(line, tuple(text or None for text in row)) for line, row in enumerate(rows, 2)]
    return Table(file, "", 1, tuple(head), lambda: iter(lines))


def proposed(register: str, table: Table) -> Proposal:
    return propose(table, survey(table), target_named(register))


def members_of(proposal: Proposal) -> dict[str, str]:
    return {column.column: column.member for column in proposal.mapping.columns if column.member}


def test_each_column_has_a_reason_and_fills_one_member() -> None:
    table = table_of(
        "projects_2026-11.csv",
        [
            "Project ID",
            "Project Name",
            "Department",
            "PM",
            "Status",
            "RAG",
            "Budget (kCHF)",
            "Spent",
            "Start",
            "Foo",
        ],
        ["P-1", "ERP", "Finance", "Anna Muster", "Active", "Green", "120", "30", "01.02.2026", "x"],
        ["P-2", "CRM", "Sales", "Bob Roe", "Paused", "Red", "80", "10", "01.03.2026", "y"],
    )
    proposal = proposed("projects", table)
    assert members_of(proposal) == {
        "Project ID": "code", "Project Name": "name", "Department": "portfolio_id", "PM": "manager_id",
        "Status": "stage", "Budget (kCHF)": "planned_cost", "Start": "planned_start_on",
    }  # fmt: skip
    assert proposal.mapping.source == "projects"
    assert proposal.mapping.key == ("Project ID",)
    assert proposal.reasons.keys() == set(table.columns)
    assert "health" in proposal.reasons["RAG"].text
    assert "actual-costs" in proposal.reasons["Spent"].text
    columns = {column.column: column for column in proposal.mapping.columns}
    assert (columns["Budget (kCHF)"].currency, columns["Budget (kCHF)"].scale) == ("CHF", 1000)
    assert columns["Status"].values == {"Paused": "on_hold"}
    assert columns["Department"].makes


def judged(case: Case) -> dict[str, tuple[str, str]]:
    """Column -> the member that is meant and the one that is proposed, where they differ."""
    register, file, columns = case
    rows = zip(*(cells for _, cells, _ in columns), strict=True)
    proposal = proposed(register, table_of(file, [name for name, *_ in columns], *rows))
    members = members_of(proposal)
    return {n: (m, members.get(n, "")) for n, _, m in columns if members.get(n, "") != m}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_columns_of_real_tables_are_proposed_as_they_are_meant(case: Case) -> None:
    assert judged(case) == {}


def test_the_counts_of_all_these_tables() -> None:
    """Nothing is taken for what it is not; what is meant is nearly always seen."""
    columns = sum(len(case[2]) for case in CASES.values())
    differing = [pair for case in CASES.values() for pair in judged(case).values()]
    wrong = [pair for pair in differing if pair[1]]
    assert len(CASES) >= 30
    assert columns > 250
    assert wrong == []
    assert len(differing) / columns < 0.05


@pytest.mark.parametrize(
    ("register", "head", "rows", "key"),
    [
        ("budget-lines", ["Project", "Year", "Amount"], [["A", "2026", "1"], ["A", "2027", "1"], ["B", "2026", "1"]], ("Project", "Year")),
        ("work-packages", ["Project", "WBS", "Name"], [["A", "1", "x"], ["A", "2", "y"], ["B", "1", "x"]], ("WBS", "Project")),
        ("actual-costs", ["Project", "Date", "Amount"], [["A", "2026-01-01", "5"], ["A", "2026-01-01", "7"]], ("Project", "Date", "Amount")),
        ("budget-lines", ["Project", "Year", "Nature", "Amount"], [["A", "2026", "capex", "1"], ["A", "2026", "opex", "2"]], ("Project", "Year", "Nature")),
        ("budget-lines", ["Project", "Year", "Kind of cost", "Amount", "Status"], [["A", "2026", "Staff", "1", "draft"], ["A", "2026", "Travel", "2", "approved"]], ("Project", "Year", "Kind of cost")),
        ("allocations", ["Person", "Project", "From", "To", "%"], [["A", "P", "2026-01-01", "2026-02-01", "50"], ["B", "P", "2026-01-01", "2026-02-01", "50"]], ("Person", "Project", "From")),
        ("portfolios", ["Portfolio", "Owner"], [["Infrastructure", "Ann"], ["Sales", "Bob"]], ()),
        ("projects", ["Ref", "Name"], [["X", "Alpha"], ["X", "Beta"], ["Y", "Gamma"]], ()),
        ("projects", ["ID", "Name"], [["1", "Alpha"], ["2", "Beta"], ["3", "Gamma"], ["", "Delta"]], ("ID",)),
        ("projects", ["ID", "Name"], [*([str(n), f"P{n}"] for n in range(20)), ["7", "Another"]], ("ID",)),
        ("projects", ["ID", "Name"], [["1", "Alpha"], ["2", "Beta"], ["3", "Beta"]], ("ID",)),
    ],
)  # fmt: skip
def test_rows_are_known_by_what_tells_them_apart(
    register: str, head: list[str], rows: list[list[str]], key: tuple[str, ...]
) -> None:
    proposal = proposed(register, table_of("a.csv", head, *rows))
    assert proposal.mapping.key == key
    assert proposal.key_reason


def test_one_column_of_currencies_counts_for_all_amounts_and_nothing_is_asked() -> None:
    table = table_of(
        "a.csv", ["Name", "Budget", "EAC", "Currency"], ["A", "1", "2", "CHF"], ["B", "1", "2", "EUR"]
    )
    proposal = proposed("projects", table)
    assert members_of(proposal)["Currency"] == "currency"
    assert proposal.questions == ()


def test_an_amount_without_a_currency_is_a_question() -> None:
    proposal = proposed("projects", table_of("a.csv", ["Name", "Budget"], ["A", "1"], ["B", "2"]))
    assert [(q.column, q.setting) for q in proposal.questions] == [("Budget", "currency")]


def test_a_name_in_two_columns_is_joined() -> None:
    table = table_of("a.csv", ["Surname", "First name", "Mail"], ["Bell", "Ann", "a@example.org"])
    proposal = proposed("persons", table)
    [name] = [column for column in proposal.mapping.columns if column.member == "name"]
    assert (name.column, name.joined) == ("First name", ("Surname",))
    assert "made of it" in proposal.reasons["Surname"].text


@pytest.mark.parametrize(
    ("heading", "alone", "beside_a_plan"),
    [
        ("Début prévu", "planned_start_on", "forecast_start_on"),
        ("Expected end", "planned_finish_on", "forecast_finish_on"),
        ("Erwarteter Beginn", "planned_start_on", "forecast_start_on"),
        ("Forecast end", "forecast_finish_on", "forecast_finish_on"),
    ],
)
def test_what_is_expected_is_the_plan_where_no_other_column_is(
    heading: str, alone: str, beside_a_plan: str
) -> None:
    table = table_of(
        "a.csv", ["No", "Name", heading], ["P-1", "ERP", "2026-02-01"], ["P-2", "CRM", "2026-03-01"]
    )
    assert members_of(proposed("projects", table))[heading] == alone
    rows = (["P-1", "ERP", "2026-02-01", "2026-01-01"], ["P-2", "CRM", "2026-03-01", "2026-01-02"])
    table = table_of("a.csv", ["No", "Name", heading, "Planned start"], *rows)
    assert members_of(proposed("projects", table))[heading] == beside_a_plan


def test_a_scale_of_one_letter_before_a_sign_is_no_word_of_the_name() -> None:
    rows = (["1", "A", "6899,9", "10,5"], ["2", "B", "783,1", "7103,7"])
    table = table_of("a.csv", ["Nr", "Bezeichnung", "Budget in T€", "Prognose T€"], *rows)
    columns = {column.column: column for column in proposed("projects", table).mapping.columns}
    assert [columns[n].member for n in ("Budget in T€", "Prognose T€")] == ["planned_cost", "forecast_cost"]
    assert [(columns[n].scale, columns[n].currency) for n in ("Budget in T€", "Prognose T€")] == [
        (1000, "EUR")
    ] * 2


def test_a_number_of_a_document_tells_bookings_apart() -> None:
    rows = (["2026-01-02", "DOC1", "P-1", "10.00"], ["2026-01-02", "DOC2", "P-1", "10.00"])
    table = table_of("a.csv", ["Posting date", "Doc no", "Project", "Amount CHF"], *rows)
    assert proposed("actual-costs", table).mapping.key == ("Doc no",)


def test_references_are_named_by_what_their_cells_look_like() -> None:
    head = ["Name", "PM", "Sponsor", "Portfolio", "Programme"]
    rows = [
        ["A", "ann@example.org", "Kim Ade", "PF-01", "Digital"],
        ["B", "bob@example.org", "Pat Roy", "PF-02", ""],
    ]
    columns = {c.column: c for c in proposed("projects", table_of("a.csv", head, *rows)).mapping.columns}
    assert {name: columns[name].by for name in head[1:]} == {
        "PM": "email", "Sponsor": "name", "Portfolio": None, "Programme": "name",
    }  # fmt: skip
    assert [name for name in head if columns[name].makes] == ["PM", "Sponsor", "Portfolio", "Programme"]


def test_columns_without_names_are_proposed_by_their_cells() -> None:
    rows = [
        ["P-0001", "Alpha renewal", "active", "2026-01-01", "5"],
        ["P-0002", "Beta portal", "on hold", "2026-02-01", "5"],
        ["P-0003", "Gamma move", "closed", "2026-03-01", "9"],
    ]
    assert members_of(proposed("projects", table_of("a.csv", ["A", "B", "C", "D", "E"], *rows))) == {
        "A": "code", "B": "name", "C": "stage",
    }  # fmt: skip
    people = [["Ann Bell", "ann@example.org"], ["Bob Crane", "bob@example.org"]]
    assert members_of(proposed("persons", table_of("a.csv", ["A", "B"], *people))) == {
        "A": "name",
        "B": "email",
    }


def test_amounts_of_single_years_belong_to_budget_lines() -> None:
    table = table_of("a.csv", ["Name", "2026", "Budget 2027", "FY28 budget", "17"], ["A", "1", "2", "3", "4"])
    reasons = proposed("projects", table).reasons
    assert ["budget-lines" in reasons[name].text for name in table.columns] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_name_of_little_words_names_nothing() -> None:
    proposal = proposed(
        "rate-cards", table_of("a.csv", ["Of", "Per", "Valid from"], ["1", "day", "2026-01-01"])
    )
    assert members_of(proposal) == {"Per": "per", "Valid from": "valid_from"}


@pytest.mark.parametrize("name", ["", "'", "€", "x" * 100_000, "%" * 5000, "{0}", "Ist" * 200, "\x00"])
def test_any_name_of_a_column_is_borne(name: str) -> None:
    proposal = proposed("projects", table_of("a.csv", [name, "Name"], ["1", "A"], ["2", "B"]))
    assert members_of(proposal)["Name"] == "name"


def test_texts_that_stand_for_no_choice_are_named_above_their_column() -> None:
    table = table_of("a.csv", ["Name", "Status"], ["A", "Active"], ["B", "Parked"], ["C", "Closed"])
    proposal = proposed("projects", table)
    assert members_of(proposal)["Status"] == "stage"
    assert proposal.reasons["Status"].unmatched == ("Parked",)
    assert "'Parked'" in proposal.comments()["Status"][-1]


def test_what_a_new_record_needs_and_no_column_fills_is_named() -> None:
    proposal = proposed("budget-lines", table_of("a.csv", ["Project", "Amount CHF"], ["A", "1"]))
    assert [field.path for field in proposal.missing] == ["fiscal_year"]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("projects_2026-11.xlsx", "projects"),
        ("projects_2026-12.xlsx", "projects"),
        ("Projektliste Q3 2026 v2 (1).xlsx", "projektliste"),
        ("20261130_Portfolio FINAL.csv", "portfolio"),
        ("Übersicht Projekte 31.12.2026.xlsx", "ubersicht-projekte"),
        ("2026-11.csv", "projects"),
        ("ERP2 projects.csv", "erp2-projects"),
    ],
)
def test_the_source_is_the_same_for_every_file_of_one_origin(file: str, source: str) -> None:
    assert proposed("projects", table_of(file, ["Name"], ["A"])).mapping.source == source


def test_reasons_are_said_in_french_too() -> None:
    table = table_of(
        "a.csv", ["Name", "RAG", "Start", "Foo"], ["A", "Red", "soon", "x"], ["B", "Green", "later", "y"]
    )
    reasons = proposed("projects", table).reasons
    french = {column: in_language(reason.text, "fr") for column, reason in reasons.items()}
    assert french["Name"] == "il s’appelle ainsi\N{NO-BREAK SPACE}: désignation"
    assert "début planifié" in french["Start"]
    assert all(is_translated(reason.text, "fr") for reason in reasons.values())


def test_a_list_of_persons_is_given_true_reasons_for_what_is_left_out() -> None:
    head = ["Name", "Skills", "Left on", "Active", "Status", "Weekly hours", "FTE", "Phone"]
    rows = (
        ["Ann Bell", "Java; SQL", "", "Y", "Active", "42", "1", "0584000001"],
        ["Bob Crane", "SQL", "2026-02-28", "N", "Inactive", "21", "0.5", "0584000002"],
        ["Kim Ade", "", "", "Y", "Active", "42", "1", "0584000003"],
    )
    proposal = proposed("persons", table_of("people.csv", head, *rows))
    assert members_of(proposal) == {"Name": "name", "Weekly hours": "weekly_hours"}
    departed = "who has left is archived in Portolan, not brought in with a table"
    assert {c: str(reason.text) for c, reason in proposal.reasons.items() if not reason.confidence} == {
        "Skills": "it has parts, which no single cell can hold: Skills",
        "Left on": departed, "Active": departed, "Status": departed,
        "FTE": "Weekly hours is filled by 'Weekly hours' already",
        "Phone": "nothing there is called so",
    }  # fmt: skip


def test_what_is_left_of_an_amount_is_worked_out() -> None:
    table = table_of("a.csv", ["Project name", "Budget left", "Left"], ["ERP", "10", "5"])
    reasons = proposed("projects", table).reasons
    assert {c: str(reasons[c].text) for c in ("Budget left", "Left")} == dict.fromkeys(
        ("Budget left", "Left"), "Portolan works it out itself, from plans and costs"
    )


def test_of_several_sheets_the_one_that_fits_the_target_is_taken() -> None:
    projects = table_of("book.xlsx", ["Project ID", "Project Name", "PM", "Start", "Finish"])
    risks = table_of("book.xlsx", ["Risk", "Cause", "Effect", "Risk owner"])
    assert table_for([projects, risks], target_named("risks")) is risks
    assert table_for([projects, risks], target_named("projects")) is projects


def test_a_column_that_holds_nothing_but_currencies_says_them_whatever_it_is_called() -> None:
    rows = (["P-1", "2026-01-02", "10.00", "CHF"], ["P-2", "2026-01-03", "12.00", "EUR"])
    table = table_of("a.csv", ["Project", "Booked", "Amount", "Curr."], *rows)
    proposal = proposed("actual-costs", table)
    assert members_of(proposal)["Curr."] == "amount.currency"
    assert proposal.questions == ()


def test_a_number_of_the_row_itself_names_nothing_else() -> None:
    rows = (["CDOT-0017", "Toll", "Roads"], ["CDOT-0018", "Bridge", "Roads"])
    table = table_of("a.csv", ["Agency Project #", "Name", "Agency"], *rows)
    assert members_of(proposed("projects", table)) == {"Name": "name", "Agency": "portfolio_id"}


def test_a_parent_of_the_same_kind_is_named_by_its_number() -> None:
    rows = (["1", "All", ""], ["2", "Roads", "1"])
    table = table_of("a.csv", ["Portfolio ID", "Name", "Parent portfolio ID"], *rows)
    assert members_of(proposed("portfolios", table))["Parent portfolio ID"] == "parent_id"

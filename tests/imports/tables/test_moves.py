"""What only moves set comes in with a table: ratings, progress, states; the moves are found in the declarations."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from services.imports.tables.mapping import ColumnMapping
from services.imports.undoing import undo
from shared.base.settings import Settings
from tests.conftest import Portolan, running_portolan
from tests.imports.tables.arranged import Result, client_of, imported, mapped, write_table

PROJECTS = mapped(
    "projects.project", "Id",
    Id="external_ref.id", Title="name", Stage="stage", Start="planned_start_on", Finish="planned_finish_on",
)  # fmt: skip
HEADER = "Id;Title;Stage;Start;Finish"
RISKS = mapped(
    "risk.risk", "Id",
    Id="external_ref.id", Project="project_id", Title="title", P="probability", I="impact",
    State=ColumnMapping(column="State", member="state", values={"Open": "identified", "Shut": "closed"}),
)  # fmt: skip
RISK_HEADER = "Id;Project;Title;P;I;State"


@pytest.fixture
async def portolan(tmp_path: Path) -> AsyncIterator[Portolan]:
    async with running_portolan(Settings(data=tmp_path / "data")) as running:
        yield running


@pytest.fixture
async def approved(portolan: Portolan, tmp_path: Path) -> Portolan:
    """With one project whose register of risks is open."""
    table = write_table(tmp_path, HEADER, "P1;New ERP;active;2026-03-01;2026-12-01", name="first.csv")
    await imported(portolan, table, PROJECTS)
    return portolan


async def bring_in(portolan: Portolan, tmp_path: Path, *rows: str, **options: Any) -> Result:
    """A risk list brought in, after a trial that says the same."""
    path = write_table(tmp_path, RISK_HEADER, *rows)
    trial = await imported(portolan, path, RISKS, validate_only=True)
    done = await imported(portolan, path, RISKS, **options)
    assert (trial.counts, trial.findings) == (done.counts, done.findings)
    return done


async def by_key(portolan: Portolan, address: str) -> dict[str, dict[str, Any]]:
    items = (await portolan("viewer").get(f"{address}?limit=200")).json()["items"]
    return {item["external_ref"]["id"]: item for item in items if item["external_ref"]}


async def risks(portolan: Portolan) -> dict[str, tuple[Any, ...]]:
    items = await by_key(portolan, "/risk/v1/risks")
    return {key: (one["probability"], one["impact"], one["state"]) for key, one in items.items()}


async def test_ratings_and_states_of_a_risk_list_come_in_and_the_same_list_changes_nothing(
    approved: Portolan, tmp_path: Path
) -> None:
    rows = (
        "R1;P1;Vendor fails;2;5;monitored",
        "R2;P1;Key person leaves;4;3;assessed",
        "R3;P1;Nobody looked;;;identified",
        "R4;P1;It happened;5;5;occurred",
        "R5;P1;Over;1;2;Shut",
    )
    done = await bring_in(approved, tmp_path, *rows)
    assert (done.counts, done.findings) == ({"created": 5}, [])
    assert await risks(approved) == {
        "R1": (2, 5, "monitored"), "R2": (4, 3, "assessed"), "R3": (None, None, "identified"),
        "R4": (5, 5, "occurred"), "R5": (1, 2, "closed"),
    }  # fmt: skip
    versions = await by_key(approved, "/risk/v1/risks")
    again = await bring_in(approved, tmp_path, *rows)
    assert (again.counts, again.findings) == ({"unchanged": 5}, [])
    assert await by_key(approved, "/risk/v1/risks") == versions


async def test_a_later_change_of_these_cells_comes_in_too(approved: Portolan, tmp_path: Path) -> None:
    await bring_in(approved, tmp_path, "R1;P1;Vendor fails;2;5;assessed", "R2;P1;Other;1;1;assessed")
    changed = await bring_in(
        approved, tmp_path, "R1;P1;Vendor fails;3;5;monitored", "R2;P1;Renamed;1;2;assessed"
    )
    assert (changed.counts, changed.findings) == ({"changed": 2}, [])
    assert [(c.line, c.column, c.old, c.new) for c in changed.preview.changes] == [
        (2, "P", 2, 3), (2, "State", "assessed", "monitored"), (3, "Title", "Other", "Renamed"), (3, "I", 1, 2),
    ]  # fmt: skip
    assert await risks(approved) == {"R1": (3, 5, "monitored"), "R2": (1, 2, "assessed")}


async def test_a_rated_risk_that_the_list_calls_open_is_assessed_and_that_is_said(
    approved: Portolan, tmp_path: Path
) -> None:
    for expected in ({"created": 1}, {"unchanged": 1}):
        done = await bring_in(approved, tmp_path, "R1;P1;Vendor fails;2;5;Open")
        assert (done.counts, done.findings) == (expected, [(2, "state_follows", "State")])
        assert not done.run.findings.lost
    assert await risks(approved) == {"R1": (2, 5, "assessed")}


async def test_what_a_move_needs_and_the_row_lacks_is_a_finding_and_the_rest_comes_in(
    approved: Portolan, tmp_path: Path
) -> None:
    done = await bring_in(
        approved,
        tmp_path,
        "R1;P1;Half a rating;2;;",
        "R2;P1;No rating;;;monitored",
        "R3;P1;Rated;3;3;monitored",
    )
    assert (done.counts, done.findings) == (
        {"created": 3},
        [(2, "move_needs", "P"), (3, "move_needs", "State")],
    )
    assert done.run.findings.lost
    reasons = [str(f.reason) for f in done.run.findings.items]
    assert reasons == ["assess needs impact", "assess needs probability, impact"]
    assert [line for line, _, _ in done.refused] == [2, 3]
    assert (await risks(approved))["R2"] == (None, None, "identified")
    half = await bring_in(approved, tmp_path, "R3;P1;Rated;4;;monitored")
    assert half.findings == [(2, "cannot_empty", "I")]
    assert (await risks(approved))["R3"] == (4, 3, "monitored")


async def test_where_no_move_leads_is_a_finding_and_changes_nothing(
    approved: Portolan, tmp_path: Path
) -> None:
    await bring_in(approved, tmp_path, "R1;P1;Over;1;2;closed")
    done = await bring_in(approved, tmp_path, "R1;P1;Over;2;2;monitored")
    assert (done.counts, sorted(done.findings)) == (
        {"unchanged": 1},
        [(2, "move_not_possible", "P"), (2, "no_way_there", "State")],
    )
    assert await risks(approved) == {"R1": (1, 2, "closed")}


async def test_a_column_of_one_rating_takes_the_other_from_the_record(
    approved: Portolan, tmp_path: Path
) -> None:
    await bring_in(approved, tmp_path, "R1;P1;Vendor fails;2;5;")
    one = mapped(
        "risk.risk", "Id", Id="external_ref.id", Project="project_id", Title="title", P="probability"
    )
    done = await imported(approved, write_table(tmp_path, "Id;Project;Title;P", "R1;P1;Vendor fails;3"), one)
    assert (done.counts, done.findings) == ({"changed": 1}, [])
    assert await risks(approved) == {"R1": (3, 5, "assessed")}


PACKAGES = mapped(
    "projects.work_package", ("Project", "WBS"), Project="project_id", WBS="wbs", Name="name", Parent="parent_id",
    Done="percent_complete",
)  # fmt: skip


async def test_progress_comes_in_below_and_is_worked_out_above(approved: Portolan, tmp_path: Path) -> None:
    path = write_table(
        tmp_path, "Project;WBS;Name;Parent;Done", "P1;1;Top;;35", "P1;1.1;Design;1;80", "P1;1.2;Build;1;20%",
    )  # fmt: skip
    trial = await imported(approved, path, PACKAGES, validate_only=True)
    done = await imported(approved, path, PACKAGES)
    assert (trial.counts, trial.findings) == (done.counts, done.findings)
    assert (done.counts, done.findings) == ({"created": 3}, [(2, "follows_from_parts", "Done")])
    assert not done.run.findings.lost
    items = (await approved("viewer").get("/projects/v1/work-packages?limit=200")).json()["items"]
    assert {i["wbs"]: i["percent_complete"] for i in items} == {"1": 50, "1.1": 80, "1.2": 20}
    again = await imported(approved, path, PACKAGES)
    assert again.counts == {"unchanged": 3}
    path.write_text(path.read_text().replace("1;80", "1;").replace("20%", "60%"))
    later = await imported(approved, path, PACKAGES)
    assert later.counts == {"changed": 2, "unchanged": 1}
    items = (await approved("viewer").get("/projects/v1/work-packages?limit=200")).json()["items"]
    assert {i["wbs"]: i["percent_complete"] for i in items} == {"1": 30, "1.1": 0, "1.2": 60}


async def test_a_later_file_moves_a_project_on_from_stage_to_stage(
    portolan: Portolan, tmp_path: Path
) -> None:
    dates = ";2026-03-01;2026-12-01"
    await imported(
        portolan, write_table(tmp_path, HEADER, "P1;New ERP;" + dates, "P2;Old;active" + dates), PROJECTS
    )
    path = write_table(tmp_path, HEADER, "P1;New ERP;active" + dates, "P2;Older;closed" + dates)
    trial = await imported(portolan, path, PROJECTS, validate_only=True)
    done = await imported(portolan, path, PROJECTS)
    assert (trial.counts, trial.findings) == (done.counts, done.findings)
    projects = await by_key(portolan, "/projects/v1/projects")
    assert (done.counts, {k: (p["name"], p["stage"]) for k, p in projects.items()}) == (
        {"changed": 2}, {"P1": ("New ERP", "active"), "P2": ("Older", "closed")},
    )  # fmt: skip
    assert (await imported(portolan, path, PROJECTS)).counts == {"unchanged": 2}


async def test_what_a_move_is_refused_for_is_said_of_the_row_and_the_rest_of_it_comes_in(
    portolan: Portolan, tmp_path: Path
) -> None:
    await imported(portolan, write_table(tmp_path, HEADER, "P1;A;;;", "P2;B;;;"), PROJECTS)
    path = write_table(tmp_path, HEADER, "P1;Renamed;active;;", "P2;B;active;;")
    trial = await imported(portolan, path, PROJECTS, validate_only=True)
    done = await imported(portolan, path, PROJECTS)
    assert (trial.counts, trial.findings) == (done.counts, done.findings)
    assert (done.counts, done.findings) == (
        {"changed": 1, "refused": 1},
        [(2, "planned_dates_missing", "Stage"), (3, "planned_dates_missing", "Stage")],
    )
    assert [str(f.done) for f in done.run.findings.items] == ["imported without it", "not imported"]
    assert [line for line, _, _ in done.refused] == [2, 3]
    stages = {
        k: (p["name"], p["stage"]) for k, p in (await by_key(portolan, "/projects/v1/projects")).items()
    }
    assert stages == {"P1": ("Renamed", "proposed"), "P2": ("B", "proposed")}


async def test_who_may_not_import_moves_with_their_own_rights(portolan: Portolan, tmp_path: Path) -> None:
    dates = ";2026-03-01;2026-12-01"
    path = write_table(
        tmp_path, HEADER, "P1;New;discontinued" + dates, "P2;Mine;active" + dates, "P3;Plain;" + dates
    )
    trial = await imported(portolan, path, PROJECTS, validate_only=True, role="director")
    done = await imported(portolan, path, PROJECTS, role="director")
    assert (trial.counts, trial.findings) == (done.counts, done.findings)
    assert (done.counts, done.findings) == ({"created": 3}, [(3, "four_eyes", "Stage")])
    stages = {k: p["stage"] for k, p in (await by_key(portolan, "/projects/v1/projects")).items()}
    assert stages == {"P1": "discontinued", "P2": "proposed", "P3": "proposed"}


async def test_a_move_that_the_caller_may_not_make_is_a_finding(portolan: Portolan, tmp_path: Path) -> None:
    dates = ";2026-03-01;2026-12-01"
    await imported(portolan, write_table(tmp_path, HEADER, "P1;A;" + dates), PROJECTS)
    path = write_table(tmp_path, HEADER, "P1;A;approved" + dates)
    done = await imported(portolan, path, PROJECTS, role="manager")
    assert (done.counts, done.findings) == ({"refused": 1}, [(2, "scope_missing", "Stage")])


async def test_undoing_an_import_archives_what_it_made_and_names_what_only_moves_change(
    approved: Portolan, tmp_path: Path
) -> None:
    await bring_in(approved, tmp_path, "R1;P1;Vendor fails;2;5;assessed")
    done = await bring_in(approved, tmp_path, "R1;P1;Renamed;3;5;monitored", "R2;P1;New;1;1;monitored")
    async with client_of(approved) as client:
        result = await undo(client, done.run.import_id)
    assert (result.archived, result.given_back) == (1, 1)
    assert [(one.reason, one.detail) for one in result.remaining] == [
        ("only_by_move", "probability, score, state")
    ]
    assert await risks(approved) == {"R1": (3, 5, "monitored")}


async def test_states_of_dated_rows_are_moved_day_by_day(portolan: Portolan, tmp_path: Path) -> None:
    dated = structs.replace(PROJECTS, date_column="Day")
    path = write_table(
        tmp_path, "Id;Title;Stage;Start;Finish;Day",
        "P1;ERP;proposed;2026-03-01;2026-12-01;2026-01-31",
        "P1;ERP;active;2026-03-01;2026-12-01;2026-02-28",
        "P1;ERP;on_hold;2026-03-01;2026-12-01;2026-03-31",
    )  # fmt: skip
    trial = await imported(portolan, path, dated, validate_only=True)
    done = await imported(portolan, path, dated)
    assert (
        (trial.counts, trial.findings) == (done.counts, done.findings) == ({"created": 1, "changed": 2}, [])
    )
    client = portolan("viewer")
    [one] = (await client.get("/projects/v1/projects")).json()["items"]
    history = (await client.get(f"/projects/v1/projects/{one['id']}/history?expand=state")).json()["items"]
    stages = {(item["effective_at"][:10], item["state"]["stage"]) for item in history}
    assert {("2026-01-31", "proposed"), ("2026-02-28", "active"), ("2026-03-31", "on_hold")} <= stages
    again = await imported(portolan, path, dated)
    assert (again.counts, again.findings) == ({"unchanged": 3}, [])

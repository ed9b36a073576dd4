"""The matrix of stages and acts: as it is meant, as its page shows it, and as it refuses."""

from pathlib import Path

import pytest

from shared.base.errors import Conflict, Forbidden
from shared.contracts.projects.structure import Stage
from shared.domain.stages import Act, Permit, admit, permit, table

PAGE = Path(__file__).parents[3] / "docs" / "stages.md"

# proposed, initiating, approved, active, on hold, closing, closed, discontinued, archived:
# y whoever writes, d who decides, i who imports, n nobody
EXPECTED = {
    "edit": "yyyyyyiin",
    "correction": "yyyyyyddn",
    "new child": "yyyyyiiin",
    "budget line": "yyyyyyiin",
    "cost": "nyyyyyiin",
    "forecast": "yyyyyyiin",
    "allocation": "yyyyyinnn",
    "measure": "yyyyyyiin",
    "risk move": "yyyyyyiin",
    "acceptance": "nynyyynnn",
    "time": "nyyyyynnn",
    "benefit": "yyyyyyyyn",
    "survey": "yyyyyyyyn",
    "lesson": "yyyyyyyyn",
}
LETTERS = {"y": Permit.YES, "d": Permit.DECIDE, "i": Permit.IMPORT, "n": Permit.NO}


def test_the_matrix_is_as_it_is_meant() -> None:
    assert set(EXPECTED) == set(Act)
    for act in Act:
        there = [permit(act, stage, False) for stage in Stage]
        assert there == [LETTERS[letter] for letter in EXPECTED[act][:-1]], act
        assert {permit(act, stage, True) for stage in Stage} == {LETTERS[EXPECTED[act][-1]]}, act


def test_the_page_shows_the_matrix() -> None:
    assert table() in PAGE.read_text(), "put shared.domain.stages.table() into docs/stages.md"


@pytest.mark.parametrize(
    ("verbs", "letters"), [({"write"}, "y"), ({"write", "decide"}, "yd"), ({"write", "import"}, "ydi")]
)
@pytest.mark.parametrize("archived", [False, True])
def test_each_verb_is_admitted_where_the_matrix_says(verbs: set[str], letters: str, archived: bool) -> None:
    for act in Act:
        for n, stage in enumerate(Stage):
            cell = EXPECTED[act][-1] if archived else EXPECTED[act][n]
            if cell in letters:
                admit(act, stage, archived, verbs)
            else:
                with pytest.raises(Forbidden if cell == "d" else Conflict):
                    admit(act, stage, archived, verbs)


@pytest.mark.parametrize(
    ("stage", "archived", "code"),
    [
        (Stage.CLOSED, False, "project_ended"),
        (Stage.DISCONTINUED, False, "project_ended"),
        (Stage.ACTIVE, True, "project_ended"),
        (Stage.CLOSING, False, "project_closing"),
    ],
)
def test_a_refusal_says_why_and_points_at_the_project(stage: Stage, archived: bool, code: str) -> None:
    with pytest.raises(Conflict) as refused:
        admit(Act.NEW_CHILD, stage, archived, {"write", "decide"})
    assert (refused.value.code, refused.value.faults[0].pointer) == (code, "/project_id")

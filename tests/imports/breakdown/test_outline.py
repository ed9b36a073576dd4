"""The tree of packages and its codes: whatever a file tells of parents, each package has one place and one code."""

from random import Random

import pytest

from services.imports.breakdown.drafts import PackageDraft
from services.imports.breakdown.outline import DEEPEST, CodesInUse, Node, arranged, codes_of
from services.imports.findings import Findings


def draft(key: str, parent: str = "", code: str = "") -> PackageDraft:
    return PackageDraft(key, f"Package {key}", "plan.xml", 1, parent=parent, code=code)


def placed(*drafts: PackageDraft) -> tuple[dict[str, str], Findings]:
    """Key -> code of the packages of a new project."""
    findings = Findings()
    nodes = arranged(drafts, findings)
    return codes_of(nodes, CodesInUse({}), keeps_codes=False), findings


def test_codes_follow_the_order_of_the_file() -> None:
    codes, findings = placed(draft("a"), draft("b", "a"), draft("c"), draft("d", "a"), draft("e", "d"))
    assert (codes, findings.items) == ({"a": "1", "b": "1.1", "d": "1.2", "e": "1.2.1", "c": "2"}, [])


def test_codes_of_the_file_are_taken_where_they_follow_the_tree() -> None:
    codes, _ = placed(
        draft("a", code="3"), draft("b", "a", "3.7"), draft("c", "a", "3.2"), draft("d", code="9")
    )
    assert codes == {"a": "3", "b": "3.7", "c": "3.2", "d": "9"}


@pytest.mark.parametrize("odd", ["PRJ.A", "1.1", "01", "3.7.1", "", "10000", "²"])
def test_codes_that_do_not_follow_the_tree_are_not_taken(odd: str) -> None:
    codes, _ = placed(draft("a", code="1"), draft("b", code=odd), draft("c", code="1"))
    assert codes == {"a": "1", "b": "2", "c": "3"}


def test_a_circle_of_parents_is_opened_and_told() -> None:
    codes, findings = placed(draft("a", "c"), draft("b", "a"), draft("c", "b"), draft("d", "d"))
    assert (len(codes), len(set(codes.values()))) == (4, 4)
    assert findings.counts() == {"circle": 2}
    assert findings.lost


def test_what_stands_under_something_absent_stands_at_the_top() -> None:
    codes, findings = placed(draft("a", "x"), draft("b", "a"))
    assert (codes, findings.counts()) == ({"a": "1", "b": "1.1"}, {"parent_absent": 1})


def test_a_key_that_comes_twice_is_taken_once() -> None:
    codes, findings = placed(draft("a"), draft("a"), draft("b"))
    assert (codes, findings.counts()) == ({"a": "1", "b": "2"}, {"repeated_key": 1})


def test_what_is_nested_a_hundred_deep_ends_at_the_deepest_level() -> None:
    drafts = [draft("0"), *(draft(str(n), str(n - 1)) for n in range(1, 100))]
    codes, findings = placed(*drafts)
    assert max(code.count(".") + 1 for code in codes.values()) == DEEPEST == len(codes)
    [finding] = findings.items
    assert (finding.code, finding.lost) == ("too_deep", True)
    assert "90 packages" in finding.reason


def test_more_parts_than_codes_can_tell_apart_are_told() -> None:
    codes, findings = placed(*(draft(str(n)) for n in range(10_001)))
    assert (len(codes), findings.counts()) == (9_999, {"too_many_parts": 2})


def test_codes_of_others_in_the_project_stay_free() -> None:
    nodes = arranged([draft("a"), draft("b", "a"), draft("c")], Findings())
    in_use = CodesInUse({}, others={"": frozenset({1}), "a": frozenset({1, 2})})
    assert codes_of(nodes, in_use, keeps_codes=False) == {"a": "2", "b": "2.3", "c": "3"}


def test_a_package_that_too_many_would_follow_keeps_its_code() -> None:
    nodes = arranged([draft("new"), draft("large"), draft("c")], Findings())
    in_use = CodesInUse({"large": ("", 1), "c": ("", 2)}, fixed=frozenset({"large"}))
    assert codes_of(nodes, in_use, keeps_codes=False) == {"new": "2", "large": "1", "c": "3"}


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_parents_every_code_is_used_once_and_follows_its_parent(seed: int) -> None:
    random = Random(seed)
    keys = [str(n) for n in range(60)]
    drafts = [draft(key, random.choice([*keys, "", "absent"])) for key in keys]
    nodes: list[Node] = arranged(drafts, Findings())
    codes = codes_of(nodes, CodesInUse({}), keeps_codes=bool(seed % 2))
    assert len(set(codes.values())) == len(codes) == len(nodes)
    for node in nodes:
        code, parent = codes[node.draft.key], node.draft.parent
        assert code.rpartition(".")[0] == (codes[parent] if parent else "")

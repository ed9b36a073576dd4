"""Packages as a tree with codes: parents that are there, no circles, at most ten levels, a code for each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.imports.breakdown.drafts import NOT_BROUGHT_IN, PackageDraft
from services.imports.findings import Findings
from shared.base.texts import Text

AT_THE_TOP = Text("stands at the top")
DEEPEST = 10
"""The levels that a breakdown has at most."""
LARGEST_STEP = 9_999
"""The parts that one package has at most."""
_STEP = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Node:
    """A package at its place: its level from 1, and whether others stand below it."""

    draft: PackageDraft
    level: int
    has_parts: bool


def arranged(drafts: Sequence[PackageDraft], findings: Findings) -> list[Node]:
    """The packages in outline order, each after its parent; what does not fit is a finding."""
    single = _first_of_each(drafts, findings)
    below = _parts(_without_circles(_with_parents_that_are_there(single, findings), findings))
    nodes: list[Node] = []
    waiting = [(draft, 1) for draft in reversed(_as_many_as_fit(below.get("", []), findings))]
    while waiting:
        draft, level = waiting.pop()
        parts = below.get(draft.key, [])
        if parts and level == DEEPEST:
            _fold(draft, below, findings)
            parts = []
        fitting = _as_many_as_fit(parts, findings)
        nodes.append(Node(draft, level, bool(fitting)))
        waiting += [(part, level + 1) for part in reversed(fitting)]
    return nodes


def _first_of_each(drafts: Iterable[PackageDraft], findings: Findings) -> dict[str, PackageDraft]:
    single: dict[str, PackageDraft] = {}
    for draft in drafts:
        if draft.key in single:
            earlier = single[draft.key]
            reason = Text(
                "line {line} of {file} has the same key: {name}", line=earlier.line, file=earlier.file, name=earlier.name
            )  # fmt: skip
            findings.add(
                draft.file, draft.line, "repeated_key", reason, NOT_BROUGHT_IN, draft.key, lost=True, title=draft.name
            )  # fmt: skip
        else:
            single[draft.key] = draft
    return single


def _with_parents_that_are_there(
    single: Mapping[str, PackageDraft], findings: Findings
) -> dict[str, PackageDraft]:
    placed = {}
    for key, draft in single.items():
        if draft.parent and draft.parent not in single:
            reason = Text("what it stands under is not in the file")
            findings.add(draft.file, draft.line, "parent_absent", reason, AT_THE_TOP, key, title=draft.name)
            draft = replace(draft, parent="")
        placed[key] = draft
    return placed


def _without_circles(placed: dict[str, PackageDraft], findings: Findings) -> dict[str, PackageDraft]:
    """The first package of each circle stands at the top instead."""
    reaches_top: set[str] = set()
    for key in placed:
        path: dict[str, None] = {}
        at = key
        while at and at not in reaches_top and at not in path:
            path[at] = None
            at = placed[at].parent
        if at and at in path:
            circle = [*list(path)[list(path).index(at) :], at]
            draft = placed[at]
            names = " < ".join(placed[key].name for key in circle[:6]) + (" …" if len(circle) > 6 else "")
            reason, mend = (
                Text("it would stand under itself: {names}", names=names),
                Text("Correct what it stands under."),
            )
            findings.add(
                draft.file, draft.line, "circle", reason, AT_THE_TOP, draft.key, lost=True, mend=mend, title=draft.name
            )  # fmt: skip
            placed[at] = replace(draft, parent="")
        reaches_top |= path.keys()
    return placed


def _parts(placed: Mapping[str, PackageDraft]) -> dict[str, list[PackageDraft]]:
    below: dict[str, list[PackageDraft]] = {}
    for draft in placed.values():
        below.setdefault(draft.parent, []).append(draft)
    return below


def _fold(draft: PackageDraft, below: Mapping[str, list[PackageDraft]], findings: Findings) -> None:
    waiting, count = list(below.get(draft.key, [])), 0
    while waiting:
        count += 1
        waiting += below.get(waiting.pop().key, [])
    reason = Text(
        "{count} {count:package stands|packages stand} below level {level}, the deepest of a breakdown",
        count=count, level=DEEPEST,
    )  # fmt: skip
    done = Text("brought in as one package, with its own dates, cost and progress")
    findings.add(draft.file, draft.line, "too_deep", reason, done, draft.key, lost=True, title=draft.name)


def _as_many_as_fit(parts: list[PackageDraft], findings: Findings) -> list[PackageDraft]:
    for draft in parts[LARGEST_STEP:]:
        reason = Text(
            "{count} packages stand before it at the same place, the most that codes can tell apart",
            count=LARGEST_STEP,
        )
        findings.add(
            draft.file, draft.line, "too_many_parts", reason, NOT_BROUGHT_IN, draft.key, lost=True, title=draft.name
        )  # fmt: skip
    return parts[:LARGEST_STEP]


# --- codes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodesInUse:
    """Which codes are taken already: of the packages themselves, and below which parent by others that stay.

    `steps` are the last steps of the codes that packages have, with the key they stand under. `fixed` are those that
    keep their step, since too many parts would follow them. `others` are steps of packages that are not brought in.
    """

    steps: Mapping[str, tuple[str, int]]
    fixed: frozenset[str] = frozenset()
    others: Mapping[str, frozenset[int]] = field(default_factory=dict)


def codes_of(nodes: Sequence[Node], in_use: CodesInUse, *, keeps_codes: bool) -> dict[str, str]:
    """Key -> code.

    The file's own codes are taken where they follow the tree, else the order of the file counts. With `keeps_codes` a
    package keeps the last step of the code it has.
    """
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        groups.setdefault(node.draft.parent, []).append(node)
    codes = {"": ""}
    for node in nodes:
        if node.draft.key not in codes:
            parent = node.draft.parent
            prefix = f"{codes[parent]}." if parent else ""
            steps = _steps_below(parent, prefix, groups[parent], in_use, keeps_codes)
            codes |= {key: f"{prefix}{step}" for key, step in steps.items()}
    del codes[""]
    return codes


def _steps_below(
    parent: str, prefix: str, group: Sequence[Node], in_use: CodesInUse, keeps_codes: bool
) -> dict[str, int]:
    others = in_use.others.get(parent, frozenset())
    wished = _standing_steps(parent, group, in_use) if keeps_codes else _own_steps(group, prefix)
    fixed = {k: s for k, s in _standing_steps(parent, group, in_use).items() if k in in_use.fixed}
    used = {*others, *fixed.values()}
    steps = {}
    following = max((*wished.values(), *used), default=0) if keeps_codes else 0
    for node in group:
        key = node.draft.key
        step = fixed.get(key) or wished.get(key) or 0
        if key not in fixed and (not step or step in used):
            following += 1
            while following in used:
                following += 1
            step = following
        used.add(step)
        steps[key] = step
    return steps


def _own_steps(group: Sequence[Node], prefix: str) -> dict[str, int]:
    """The steps that the file's own codes add, where all of a group follow their parent and differ."""
    steps = {
        node.draft.key: node.draft.code.removeprefix(prefix)
        for node in group
        if node.draft.code.startswith(prefix)
    }
    fits = len(steps) == len(group) == len(set(steps.values()))
    if not fits or not all(_STEP.fullmatch(step) for step in steps.values()):
        return {}
    return {key: int(step) for key, step in steps.items()}


def _standing_steps(parent: str, group: Sequence[Node], in_use: CodesInUse) -> dict[str, int]:
    """The steps that packages have already below the same parent."""
    places = ((node.draft.key, in_use.steps.get(node.draft.key)) for node in group)
    return {key: place[1] for key, place in places if place is not None and place[0] == parent}

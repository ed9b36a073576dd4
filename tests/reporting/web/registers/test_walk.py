"""Every register by its pages alone, without JavaScript: made from its declarations, and walked as a person would.

Nothing here is about one register. What a rule of one refuses is named in `REFUSED`, with the reason that its page gives.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import copytree
from typing import Any

import httpx
import pytest

from services.reporting.web.registers import typed
from services.reporting.web.registers.naming import address_of
from services.reporting.web.words import SOURCE, words_in
from shared.base.settings import Settings
from shared.contracts.forms import Entry, Field, by_kind, index, model_of
from shared.contracts.limits import DAYS_IN_STATE
from tests.conftest import running_portolan
from tests.reporting.web.conftest import visiting
from tests.support.forms import PageForm, action_of, follow, record_of, send
from tests.system.walking import Everything, running_everything

WRITABLE = [entry for entry in index() if entry.writes]
HOSTILE = "</script><img src=x onerror=alert(1)>&amp;\"'{{ 7*7 }}"
CODES = {"code", "number", "wbs", "country", "region", "issuer", "subject", "email"}


OF_THEIR_AUTHOR = {"comment"}
NEEDS_MORE = {"document", "mandate", "method", "business_case"}
"""What moves only with a file, which a form of its own sends, or with content that no example fills."""


def ids(entry: Entry) -> str:
    return entry.key


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, Any]]]:
    """Stores with a resource of every collection, made once and copied."""
    folder = tmp_path_factory.mktemp("walked")

    async def fill() -> dict[str, dict[str, Any]]:
        async with running_everything(Settings(data=folder)) as system:
            return system.resources

    return folder, asyncio.run(fill())


@pytest.fixture
async def system(tmp_path: Path, stores: tuple[Path, dict[str, dict[str, Any]]]) -> AsyncIterator[Everything]:
    folder, resources = stores
    copytree(folder, tmp_path, dirs_exist_ok=True)
    async with running_portolan(Settings(data=tmp_path)) as portolan:
        yield Everything(portolan, resources)


@pytest.fixture
async def director(system: Everything, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """A director with a browser that runs no script; of what only its author changes, the author."""
    entry = request.node.callspec.params["entry"]
    who = ("service", "service") if entry.name in OF_THEIR_AUTHOR else ("director", "director")
    async with visiting(system.portolan) as client:
        await client.get(await system.portolan.running.login_link(*who))
        yield client


class Walker:
    """Walks the pages of one register."""

    def __init__(self, system: Everything, browser: httpx.AsyncClient, entry: Entry) -> None:
        self.system, self.browser, self.entry, self.model = system, browser, entry, model_of(entry)
        self.id = system.resources[entry.path]["id"]
        self.address = address_of(entry, self.id)

    async def state(self) -> dict[str, Any]:
        answer = await self.system.client("director").get(f"{self.entry.path}/{self.id}")
        return dict(answer.json())

    async def edit(self) -> PageForm:
        answer = await self.browser.get(f"{self.address}/edit")
        assert answer.status_code == 200, answer.text
        return record_of(answer)

    async def save(self, form: PageForm, **changed: Any) -> dict[str, Any]:
        """The state after the form was sent."""
        await follow(self.browser, await send(self.browser, form, **changed))
        return await self.state()

    def fields(self, *kinds: str) -> Iterator[Field]:
        return (field for field in self.model.revised if field.kind in kinds)


def sample(field: Field, form: PageForm, path: str) -> dict[str, str]:
    """Something that can stand in the controls of a member."""
    match field.kind:
        case "part" | "rows":
            texts: dict[str, str] = {}
            for m in field.members:
                within = f"{path}.{m.name}".rstrip(".")
                if m.kind != "rows":
                    texts |= sample(m, form, within)
                elif m.required:
                    texts |= sample(m, form, f"{within}.0")
            return texts
        case "money":
            return {f"{path}.amount": "1'234.50", f"{path}.currency": "CHF"}
        case "choice":
            return {path: next(value for value in form.options.get(path, field.choices) if value)}
        case "reference":
            options = [value for value in form.options.get(path, ()) if value]
            another = path.endswith(".project_id")  # a part names a project beside that of the whole
            return {path: options[-1 if another else 0]} if options else {}
        case "integer" | "number":
            return {path: str(int(field.minimum or 3))}
        case "day":
            return {path: "2026-06-01"}
        case "yes_no":
            return {}
        case _:
            return {path: field.example or "fr" if field.name in ("", *CODES) or field.example else "Sample"}


@pytest.mark.parametrize("entry", index(), ids=ids)
async def test_every_register_has_its_pages(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    pages = ["", "/csv", "/xlsx", *(["/new"] if entry.writes else [])]
    if resource := system.resources.get(entry.path):
        pages += [f"/{resource['id']}", f"/{resource['id']}/history"]
    for page in pages:
        answer = await director.get(address_of(entry) + page)
        assert answer.status_code == 200, f"{page}: {answer.text}"
        assert len(answer.content) < 120_000
    if resource:
        assert resource["id"] in (await director.get(address_of(entry))).text


@pytest.mark.parametrize("entry", WRITABLE, ids=ids)
async def test_one_is_made_by_the_form(system: Everything, director: httpx.AsyncClient, entry: Entry) -> None:
    resource = system.resources[entry.path]
    page = await director.get(address_of(entry, "new"))
    form = record_of(page)
    texts = typed.texts_of(model_of(entry).created, resource, words_in(SOURCE))
    texts |= OTHERWISE.get(entry.key, {})
    form.values |= {name: text for name, text in texts.items() if not name.startswith("external_ref")}
    answer = await send(director, form)
    if entry.key in ONE_OF_A_KIND:
        assert answer.status_code in (409, 422)
        assert 'id="errors"' in answer.text
        return
    page = await follow(director, answer)
    assert page.status_code == 200
    assert "Created." in page.text


OTHERWISE: dict[str, dict[str, str]] = {
    "projects.project": {"code": "PRJ-9999", "stage": ""},
    "projects.request": {"code": "REQ-9999"},
    "projects.work_package": {"wbs": "7.7"},
    "projects.mandate": {"code": "MAN-9999"},
    "projects.change": {"code": "CHG-9999"},
    "projects.phase": {"code": "another"},
    "projects.exception": {
        "axis": "time",
        "tolerance.finish_on": "2026-12-31",
        "tolerance.score": "",
        "forecast.finish_on": "2027-03-31",
        "forecast.score": "",
    },
    "projects.field_definition": {"name": "another_field"},
    "resources.identity": {"subject": "another"},
    "projects.membership": {"principal.service_account": "another"},
    "finance.rate_card": {"grade": "Senior"},
}
"""Members of which no two are alike."""
ONE_OF_A_KIND = {"projects.organisation", "projects.scoring"}


@pytest.mark.parametrize("entry", [e for e in WRITABLE if model_of(e).revises], ids=ids)
async def test_a_form_that_says_nothing_new_changes_nothing(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    walker = Walker(system, director, entry)
    before = await walker.state()
    assert await walker.save(await walker.edit()) == before


@pytest.mark.parametrize("entry", [e for e in WRITABLE if model_of(e).revises], ids=ids)
async def test_texts_are_changed_and_hostile_ones_stay_texts(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    walker = Walker(system, director, entry)
    texts = {f.name: HOSTILE for f in walker.fields("line", "prose") if f.name not in CODES and not f.example}
    if not texts:
        return
    state = await walker.save(await walker.edit(), **texts)
    assert {name: state[name] for name in texts} == texts
    for page in (walker.address, f"{walker.address}/edit", f"{walker.address}/history", address_of(entry)):
        text = (await director.get(page)).text
        assert "<img src=x" not in text, page
        assert "</script><img" not in text, page


@pytest.mark.parametrize("entry", [e for e in WRITABLE if model_of(e).revises], ids=ids)
async def test_every_kind_of_member_is_changed_without_javascript(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    walker = Walker(system, director, entry)
    for field in walker.fields("money", "reference", "day", "integer", "number", "choice", "yes_no"):
        if entry.key + "." + field.name in TIED:
            continue
        form = await walker.edit()
        if field.kind == "reference" and not any(form.options[field.name]):
            continue
        changed = {field.name: "yes"} if field.kind == "yes_no" else sample(field, form, field.name)
        answer = await send(director, form, **changed)
        if answer.status_code == 303:
            state = await walker.state()
            typed_value = changed.get(field.name, "")
            expected = {"amount": "1234.50", "currency": "CHF"} if field.kind == "money" else typed_value
            value = state[field.name]
            assert (
                value is True
                if field.kind == "yes_no"
                else value == expected or str(value).removesuffix(".0") == typed_value
            ), field
        else:
            assert answer.status_code in (409, 422), answer.text
            assert 'id="errors"' in answer.text
            assert record_of(answer).values.items() >= changed.items(), "what was typed is kept"


TIED = {"projects.portfolio.parent_id", "projects.work_package.parent_id", "projects.calendar.based_on_id"}
"""References that would name the aggregate itself."""


@pytest.mark.parametrize(
    "entry", [e for e in WRITABLE if any(f.kind == "rows" for f in model_of(e).revised)], ids=ids
)
async def test_a_list_of_parts_grows_and_shrinks_by_buttons(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    walker = Walker(system, director, entry)
    for field in walker.fields("rows"):
        if f"{entry.name}.{field.name}" in STANDS:
            continue
        if f"{entry.key}.{field.name}" == "projects.field_definition.choices":
            continue  # a field of type text has none
        before = (await walker.state())[field.name]
        page = await send(director, await walker.edit(), f"add:{field.name}")
        assert page.status_code == 200
        form = record_of(page)
        row = f"{field.name}.{len(before)}"
        assert f'name="{row}' in page.text, "one more row"
        form.values |= ROWS.get(f"{entry.key}.{field.name}", {}) or sample(field, form, row)
        state = await walker.save(form)
        assert len(state[field.name]) == len(before) + 1, field.name
        page = await send(director, await walker.edit(), f"remove:{row}")
        state = await walker.save(record_of(page))
        assert state[field.name] == before


ROWS = {
    "projects.field_definition.label": {"label.1.language": "de", "label.1.text": "Feld"},
    "projects.organisation.languages": {"languages.1": "fr"},
    "projects.organisation.defaults": {
        "defaults.0.member": "projects.project.phase",
        "defaults.0.value": "Initiation",
    },
    "projects.organisation.limits": {"limits.0.name": next(iter(DAYS_IN_STATE)), "limits.0.days": "3"},
    "projects.scoring_model.criteria": {"criteria.1.name": "Second", "criteria.1.weight": "2"},
}
"""Rows that no example fills."""
STANDS = {
    "gate.outcomes",
    "method.approaches",
    "method.phases",
    "method.gates",
    "method.outcomes",
    "method.scenarios",
    "method.modules",
    "method.tailoring",
    "comment.decided_by",
    "scoring_model.comparisons",
    "scoring.scores",
    "ranking.subjects",
}
"""Outcomes that only an applied method gives a phase; parts of a method that name one another; lists of what was decided,
which is not changed afterwards; and those that have no room for one row more: only a model by AHP compares, each criterion
is scored once, and the subjects of a ranking are named by their ids."""


@pytest.mark.parametrize("entry", [e for e in WRITABLE if model_of(e).revises], ids=ids)
async def test_a_conflict_is_shown_and_applied_again(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    walker = Walker(system, director, entry)
    names = [f.name for f in walker.fields("line", "prose") if f.name not in CODES and not f.example]
    form = await walker.edit()
    if not names:
        return
    state = await walker.state()
    theirs = await system.client("service").patch(
        f"{entry.path}/{walker.id}", json={names[0]: "Theirs"},
        headers={"If-Match": f'"{state["version"]}"', "Content-Type": "application/merge-patch+json"},
    )  # fmt: skip
    assert theirs.status_code == 200, theirs.text
    conflict = await send(director, form, **{names[0]: "Mine"})
    assert conflict.status_code == 412
    assert "Theirs" in conflict.text
    assert record_of(conflict).values[names[0]] == "Mine"
    after = await walker.save(record_of(conflict))
    assert after[names[0]] == "Mine"


@pytest.mark.parametrize("entry", [e for e in WRITABLE if any(m.is_step for m in model_of(e).moves)], ids=ids)
async def test_a_move_asks_for_its_reason_and_is_made(
    system: Everything, director: httpx.AsyncClient, entry: Entry
) -> None:
    walker = Walker(system, director, entry)
    detail = await director.get(walker.address)
    verbs = [m.verb for m in walker.model.moves if f'href="{walker.address}/moves/{m.verb}"' in detail.text]
    assert verbs, "something can be done with it"
    answers = []
    for verb in verbs:
        form = record_of(await director.get(f"{walker.address}/moves/{verb}"))
        move = walker.model.move(verb)
        assert move is not None
        form.values |= {n: t for f in move.takes for n, t in sample(f, form, f.name).items()}
        answer = await send(director, form)
        answers.append(answer.status_code)
        assert answer.status_code == 303 or 'id="errors"' in answer.text, answer.text
        if answer.status_code == 303:
            assert "Saved." in (await director.get(answer.headers["location"])).text
            return
    if entry.name in NEEDS_MORE:
        assert set(answers) <= {409, 422}
        return
    pytest.fail(f"no move was made: {dict(zip(verbs, answers, strict=True))}")


@pytest.mark.parametrize("entry", WRITABLE, ids=ids)
async def test_archiving_offers_undo(system: Everything, director: httpx.AsyncClient, entry: Entry) -> None:
    walker = Walker(system, director, entry)
    detail = await director.get(walker.address)
    answer = await send(director, action_of(detail, "/archive"))
    if answer.status_code == 409:
        assert "<h1>" in answer.text, "the page says what needs it"
        return
    archived = await follow(director, answer)
    assert (await walker.state())["archived_at"]
    restored = await follow(director, await send(director, action_of(archived, "/restore")))
    assert "Restored." in restored.text
    assert (await walker.state())["archived_at"] is None


@pytest.mark.parametrize("entry", index(), ids=ids)
def test_what_a_member_names_has_a_register(entry: Entry) -> None:
    model = model_of(entry)
    for field in model.created:
        assert all(kind in by_kind(entry.service) for kind in field.names), f"{entry.key}.{field.name}"

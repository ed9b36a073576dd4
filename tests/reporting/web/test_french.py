"""The pages in French: every text has its translation, and what the dashboards say in English is told in French too."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from services.reporting.dashboards.projects.view import NOTHING_TO_EARN
from services.reporting.figures.compute import cost_variance
from services.reporting.figures.sources import Amount
from services.reporting.sums import total
from services.reporting.web.reasons import SHAPES, reason_in
from services.reporting.web.words import LOCALE, words_for, words_in
from shared.base import texts
from tests.conftest import Portolan

TEMPLATES = LOCALE.parent / "templates"
VALUE = re.compile(r"\{(\w+)[^{}]*\}")
FRENCH = {"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.5"}
PLACE = re.compile(r"%\(\w+\)s|%s|\{\w+\}|`[^`]+`")


def catalogue(path: str, locale: str | None) -> Catalog:
    with (LOCALE / path).open("rb") as file:
        return read_po(file, locale=locale)


def test_every_text_is_translated_with_the_same_places() -> None:
    source, french = catalogue("portolan.pot", None), catalogue("fr/LC_MESSAGES/portolan.po", "fr")
    assert {m.id for m in source} - {""} == {m.id for m in french} - {""}
    for message in (m for m in french if m.id):
        ids, texts = (v if isinstance(v, tuple) else (v,) for v in (message.id, message.string))
        assert all(texts), message.id
        for id, text in zip(ids, texts, strict=True):
            assert not set('"<>') & set(text), "texts stand in attributes too"
            assert sorted(PLACE.findall(id)) == sorted(PLACE.findall(text)), id


@pytest.mark.parametrize("template", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_a_colon_between_two_values_is_translated(template: Path) -> None:
    """French puts a no-break space before it."""
    assert (
        re.findall(
            r"(?:\}\}|endtrans %\}|</\w+>|<span[^>]*>|[^s] %\}): ?(?:\{\{|<|\{% (?!endtrans))",
            template.read_text(),
        )
        == []
    )


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.5", "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("en;q=0.1, fr;q=0.9", "fr"),
        ("de-CH, fr;q=0", "en"),
        ("de, fr;q=nonsense, en", "en"),
        ("*", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_the_language_is_the_one_most_wanted_of_those_there_are(accepted: str | None, language: str) -> None:
    assert words_for(accepted).language == language


def test_every_reason_is_known_by_its_shape_and_keeps_its_values() -> None:
    words = words_in("fr")
    reasons = [
        total([], None)[1],
        total([("EUR", 1)], "CHF")[1],
        total([("EUR", 1), ("CHF", 1)], None)[1],
        cost_variance(None, None)[1],
        cost_variance(Amount("CHF", 1), None)[1],
        cost_variance(Amount("CHF", 1), Amount("EUR", 1))[1],
        NOTHING_TO_EARN,
    ]
    for reason in reasons:
        sentence = reason_in(words, reason)
        assert reason
        assert sentence != reason, reason
        assert set(re.findall(r"[A-Z]{3}", reason)) == set(re.findall(r"[A-Z]{3}", sentence))
    assert reason_in(words, "closed without an actual finish") == "clos sans fin effective"
    assert reason_in(words, "a reason of tomorrow") == "a reason of tomorrow"
    assert reason_in(words, None) == ""
    assert all(reason_in(words_in("en_GB"), shape) == shape for shape in SHAPES if "%" not in shape)


async def test_a_french_reader_reads_french(portolan: Portolan, reader: httpx.AsyncClient) -> None:
    director = portolan("director")
    plan, forecast = ({"amount": f"{n}.00", "currency": "CHF"} for n in (1_000_000, 1_150_000))
    project = {"name": "Phare", "planned_start_on": "2026-01-01", "planned_finish_on": "2026-12-31",
               "forecast_finish_on": "2027-03-31", "planned_cost": plan, "forecast_cost": forecast}  # fmt: skip
    created = await director.post("/projects/v1/projects", json=project)
    assert created.status_code == 201, created.text
    await director.post("/projects/v1/projects", json={"name": "Idée"})
    await portolan.settled()
    reader.headers.update(FRENCH)
    overview = (await reader.get("/")).text
    for text in (
        '<html lang="fr">',
        "Écarts de coûts et de délais",
        "par <bdi>director</bdi>",
        " créé <span",
        "Montants en milliers de CHF",
        "−15.0\N{NO-BREAK SPACE}%",
    ):
        assert text in overview, text
    listed = (await reader.get("/project?amounts=exact")).text
    assert "aucun coût planifié" in listed
    assert "90 jours de retard" in listed
    sheet = (await reader.get(f"/project/{created.json()['id']}")).text
    assert "aucun lot de travail avec un budget dans la monnaie du projet" in sheet
    for page in (overview, listed, sheet):
        text = re.sub(r"<script.*?</script>", "", page)
        assert not re.search(r">[^<]*\b(planned|forecast|created|projects|late|over plan|no )\b[^<]*<", text)


@pytest.mark.parametrize(
    "address",
    [
        "/nowhere", "/project/x", "/project/01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d", "/portfolio/01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d",
        "/?as_of=2199-01-01", "/?as_of=1066-10-14", "/?as_of=32", "/?as_of=", "/?as_of=2026-01-01&as_of=2026-01-02",
        "/project?stage=bogus", "/project?health=blue", "/project?sort=colour", "/project?cursor=x", "/project?nothing=1",
        "/project?programme_id=7", "/project?q=%00", "/?a%zz", "/assets/nothing.css",
        "/login?session=else", "/?" + "a" * 9000,
    ],
)  # fmt: skip
async def test_what_a_page_refuses_is_said_in_french(reader: httpx.AsyncClient, address: str) -> None:
    answer = await reader.get(address, headers=FRENCH | {"Accept": "text/html"})
    assert answer.status_code >= 400
    main = re.sub(r"<code>.*?</code>|<[^>]*>", " ", answer.text.partition("<main")[2].partition("</main")[0])
    assert not re.search(r"\b(the|is|not|there|of|a|an|read|given|write|at|may|has)\b", main), main


async def test_what_portolan_did_by_itself_has_its_reason_in_french(
    portolan: Portolan, reader: httpx.AsyncClient
) -> None:
    service = portolan("service")
    active = {"name": "Phare", "stage": "active"}
    project = await service.put("/projects/v1/projects/by-ref/erp/1", json=active)
    await portolan.settled()
    id, match = project.json()["id"], {"If-Match": "*"}
    package = {"project_id": id, "wbs": "1", "name": "Lentille"}
    assert (await portolan().post("/projects/v1/work-packages", json=package)).status_code == 201
    await portolan.settled()  # the first package opens the budget of an imported project
    ended = await portolan().post(f"/projects/v1/projects/{id}/discontinue", json={}, headers=match)
    assert ended.status_code == 200, ended.text
    await portolan.settled()
    page = (await reader.get(f"/project/{id}", headers=FRENCH)).text
    assert "«\N{NO-BREAK SPACE}<bdi>le projet est passé au statut abandonné</bdi>\N{NO-BREAK SPACE}»" in page


async def test_a_reader_chooses_the_language_and_stays_where_he_was(reader: httpx.AsyncClient) -> None:
    page = (await reader.get("/project?q=phare", headers=FRENCH)).text
    assert re.search(r'href="/language/en\?next=[^"]*project%3Fq%3Dphare" lang="en"', page)
    led = await reader.get("/language/en", params={"next": "/project?q=phare"}, headers=FRENCH)
    assert (led.status_code, led.headers["location"]) == (303, "/project?q=phare")
    assert '<html lang="en">' in (await reader.get("/", headers=FRENCH)).text
    assert (await reader.get("/language/xx")).status_code == 404
    elsewhere = await reader.get("/language/fr", params={"next": "//example.org"})
    assert elsewhere.headers["location"] == "/"
    assert '<html lang="fr">' in (await reader.get("/", headers={"Accept-Language": "en"})).text


@pytest.mark.parametrize(("value", "written"), [("0.85", "0,85"), (1, "1,00"), (12.5, "12,50")])
def test_indices_are_written_as_the_language_writes_numbers(value: Any, written: str) -> None:
    assert words_in("fr").index(value) == written


def test_every_refusal_is_translated_with_the_same_values() -> None:
    """Each value of the English sentence stands in the other one, and no other; nothing is marked as doubtful."""
    for path in sorted(texts.LOCALE.glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            messages = [message for message in read_po(file) if message.id]
        assert [m.id for m in messages if not m.string or m.fuzzy] == []
        for message in messages:
            english, other = ({*VALUE.findall(str(text))} for text in (message.id, message.string))
            assert english == other, message.id


async def test_a_problem_is_said_in_the_language_of_the_caller_in_every_service(portolan: Portolan) -> None:
    for service, collection in (
        ("projects", "projects"),
        ("finance", "vendors"),
        ("risk", "risks"),
        ("resources", "persons"),
        ("reporting", "projects"),
    ):
        address = f"/{service}/v1/{collection}/01978f2e-7c4a-7d3b-9a41-5f0c6e1b2a3d"
        french = await portolan().get(address, headers=FRENCH)
        english = await portolan().get(address, headers={"Accept-Language": "en"})
        assert (french.status_code, french.headers["content-language"]) == (404, "fr"), french.text
        assert "Accept-Language" in french.headers["vary"]
        assert (english.headers["content-language"], english.json()["title"]) == (
            "en",
            "There is no such resource",
        )
        assert french.json()["title"] == "Cette ressource n’existe pas"
        assert french.json()["code"] == english.json()["code"] == "not_found"
        assert "n’existe pas" in french.json()["detail"]


async def test_a_refused_move_names_states_and_moves_in_the_language_of_the_caller(
    portolan: Portolan,
) -> None:
    project = (await portolan("director").post("/projects/v1/projects", json={"name": "Phare"})).json()
    where, match = f"/projects/v1/projects/{project['id']}/close", {"If-Match": '"1"'}
    french = await portolan("director").post(where, json={}, headers=FRENCH | match)
    english = await portolan("director").post(where, json={}, headers=match)
    assert english.json()["detail"] == "close is not possible while stage is proposed"
    assert (
        french.json()["detail"]
        == "«\N{NO-BREAK SPACE}clore\N{NO-BREAK SPACE}» n’est pas possible (statut\N{NO-BREAK SPACE}: proposé)"
    )
    assert french.json()["allowed_moves"] == english.json()["allowed_moves"]


async def test_each_fault_and_each_item_of_a_batch_is_said_in_the_language_of_the_caller(
    portolan: Portolan,
) -> None:
    wrong = {"name": "", "colour": "red", "planned_cost": {"amount": "1.234", "currency": "CHF"}}
    refused = await portolan().post("/projects/v1/projects", json=wrong, headers=FRENCH)
    assert refused.status_code == 422
    assert {fault["pointer"]: fault["detail"] for fault in refused.json()["errors"]} == {
        "/name": "Le texte doit avoir au moins 1 caractère",
        "/colour": "Ce champ n’existe pas ici",
        "/planned_cost": "CHF a 2 décimales",
    }
    headers = FRENCH | {"Idempotency-Key": "french-batch"}
    batch = await portolan().post("/projects/v1/projects/batch", json={"items": [{}]}, headers=headers)
    assert batch.json()["items"][0]["problem"]["errors"][0]["detail"] == "Ce champ est obligatoire"


@pytest.mark.parametrize(
    ("accepted", "choice", "amount", "number"),
    [
        ("fr-CH, fr;q=0.9", None, "CHF 1’234.50", "1’234.5"),
        ("fr-FR, fr;q=0.9", None, "CHF 1\u202f234,50", "1\u202f234,5"),
        ("en", None, "CHF 1,234.50", "1,234.5"),
        ("fr-CH", "en", "CHF 1,234.50", "1,234.5"),
        ("fr-CH, en;q=0.9", "fr", "CHF 1’234.50", "1’234.5"),
    ],
)
def test_numbers_are_written_as_where_the_reader_is(
    accepted: str, choice: str | None, amount: str, number: str
) -> None:
    words = words_for(accepted, choice)
    assert words.money({"amount": "1234.50", "currency": "CHF"}).replace("\N{NO-BREAK SPACE}", " ") == amount
    assert words.number(1234.5) == number
    assert words.figures["decimal"] == number[-2]


async def test_a_page_says_in_which_language_it_is(reader: httpx.AsyncClient) -> None:
    page = await reader.get("/", headers=FRENCH)
    assert page.headers["content-language"] == "fr"
    assert {"Accept-Language", "Cookie"} <= set(page.headers["vary"].split(", "))

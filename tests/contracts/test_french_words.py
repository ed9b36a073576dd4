"""The French of labels, pages, mails and refusals: its typography, and one word for one thing."""

import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from services.reporting.web.words import LOCALE
from shared.base import texts
from shared.contracts import words

FRENCH = "fr"
CODE = re.compile(r"`[^`]*`|\{[^{}]*\}|%\(\w+\)s|https?:\S+|[A-Z]+=\S+|[a-z]+:[a-z0-9]+|/[a-z]+|(?<=\()%")
BAD_SPACES = re.compile(
    "(?<!\N{NO-BREAK SPACE})[;?!»]"  # nothing, or a space at which the line may break, before a mark of two parts
    "|(?<!\N{NO-BREAK SPACE}):(?=\\s|$)"
    "|«(?!\N{NO-BREAK SPACE})"
    "|(?<=\\d) ?%"
    "|(?<=\\w)'"  # the apostrophe of printers
    "|  "
)

Pair = tuple[str, str]


def catalogues() -> Iterator[Pair]:
    """English and French of every message."""
    for folder, domain in ((LOCALE, "portolan"), (texts.LOCALE, texts.DOMAIN)):
        with (folder / FRENCH / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            for message in read_po(file):
                if message.id and not message.context:
                    yield _last_form(message.id), _last_form(message.string)


def _last_form(text: str | tuple[str, ...] | list[str] | None) -> str:
    """Of a text with a plural the plural."""
    return text if isinstance(text, str) else list(text or ("",))[-1]


def labels() -> Iterator[Pair]:
    """English and French of every label; of an aggregate one and several."""
    for owner, table, name, columns in words.all_entries():
        if table == "" and isinstance(columns.get(FRENCH), dict):
            for kind in ("aggregate", "aggregates"):
                yield words.label(kind, owner), words.label(kind, owner, FRENCH)
        elif FRENCH in columns:
            english, french = (
                one[0] if isinstance(one, list) else one
                for one in (columns.get("en", words.english(name.rpartition(".")[2])), columns[FRENCH])
            )
            yield str(english), str(french)


def test_marks_have_the_spaces_that_french_wants() -> None:
    wrong = [
        french for _, french in (*catalogues(), *labels())
        if BAD_SPACES.search(CODE.sub("x", french).replace("xx", "x"))
    ]  # fmt: skip
    assert not wrong, "`make texts` puts them right in catalogues: " + "\n".join(wrong)


HOMONYMS = {
    "accepted": {"prononcée", "réceptionné"},
    "accepted with reservations": {"prononcée avec réserves", "réceptionné avec réserves"},
    "active": {"actif", "en cours"},
    "archived": {"archivage", "archivé"},
    "baseline": {"fixer comme référence", "plan de référence", "valeur initiale"},
    "budget": {"budget", "budget du projet"},
    "budgets": {"budgets", "budgets des projets"},
    "change": {"demande de modification", "modification"},
    "changes": {"demandes de modification", "modifications"},
    "code": {"code", "sigle"},
    "comment": {"commenter", "commentaire"},
    "commitment": {"engagement", "engagement financier"},
    "cost": {"coûts", "coût"},
    "day": {"jour", "date"},
    "document": {"pièce justificative", "document"},
    "due": {"échéances", "échéance"},
    "edit": {"modifier", "modification"},
    "end": {"terminer", "fin"},
    "expires": {"expire le", "échéance"},
    "from": {"du", "de", "à partir de"},
    "grant": {"accorder", "donner son accord"},
    "high": {"élevé", "élevée"},
    "labels": {"libellés", "étiquettes"},
    "measure": {"mesure", "indicateur"},
    "member": {"champ", "membre de l’équipe"},
    "money": {"finances", "montant"},
    "name": {"nom", "désignation", "raison sociale"},
    "none": {"none", "aucun", "aucune"},
    "number": {"numéro", "nombre"},
    "open": {"ouvert", "ouverte"},
    "owner": {"responsable", "titulaire"},
    "put on hold": {"suspendre", "suspendu"},
    "raised": {"déposé", "signalé"},
    "refused": {"refusé", "refusés"},
    "rejected": {"refusé à la réception", "refusée", "rejeté"},
    "retire": {"retirer", "abroger"},
    "retired": {"retiré", "abrogé"},
    "start": {"début", "démarrer"},
    "status": {"statut", "état"},
    "submit": {"soumettre", "déposer", "remettre"},
    "submitted": {"soumis", "déposé", "remis"},
    "time": {"délais", "temps de travail"},
    "to": {"au", "à"},
}
"""English words that mean two things, which French tells apart."""


def test_one_english_term_has_one_french_one() -> None:
    translations = defaultdict[str, set[str]](set)
    for english, french in (*catalogues(), *labels()):
        translations[english.strip(" .:").casefold()].add(french.strip(" .:\N{NO-BREAK SPACE}").casefold())
    several = {english: french for english, french in translations.items() if len(french) > 1}
    assert {
        english: french for english, french in several.items() if french - HOMONYMS.get(english, set())
    } == {}
    assert not HOMONYMS.keys() - several.keys(), "these have one French word by now"


TERMS = {
    "work packages?": "lots? de travail", "memberships?": "droits? d’accès", "portfolios?": "portefeuilles?",
    "programmes?": "programmes?", "sponsor": "mandant", "forecast": "prévision|prévu", "budgets?": "budg",
    "tokens?": "jetons?", "issuer": "émetteur", "vendors?|suppliers?": "fournisseurs?", "contracts?": "contrats?",
    "mails?": "courriels?|messagerie|électronique", "threats?": "menaces?", "impact": "conséquences", "stages?": "statuts?",
    "fiscal years?": "exercices?", "calendars?": "calendriers?", "currency|currencies": "monnaies?",
    "allocations?": "affectations?", "comments?": "comment", "documents?": "document", "archived": "archiv",
    "earned value": "valeur acquise", "actual costs?": "coûts? effectifs?", "baselines?": "référence",
    "milestones?": "jalons?", "activity": "activité", "activities": "activités",
}  # fmt: skip
"""What Portolan is about -> what French says for it, wherever a sentence has it."""


@pytest.mark.parametrize("term", TERMS)
def test_a_sentence_uses_the_word_of_the_field(term: str) -> None:
    english, french = re.compile(rf"\b({term})\b", re.I), re.compile(TERMS[term], re.I)
    others = [
        pair for pair in catalogues() if english.search(CODE.sub(" ", pair[0])) and not french.search(pair[1])
    ]
    assert not others, "\n".join(f"{pair[0]} => {pair[1]}" for pair in others)

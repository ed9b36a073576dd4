"""What a mail says: as its recipient may read it, in their language, with every name as text."""

import re
from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from services.reporting.mail.composing import POLICY, one_line, to_markup, wire_address
from services.reporting.mail.notifications import NOTIFICATIONS, tell
from services.reporting.web.words import LOCALE, words_in
from shared.contracts.projects.structure import Project
from tests.reporting.mail.conftest import PostRoom

HOSTILE = '<img src=x onerror=alert(1)> "&" %(name)s %s {{ 7 * 7 }} =?utf-8?q?x?='


async def test_a_hostile_name_stays_text_in_every_part(room: PostRoom) -> None:
    anna = await room.person("Anna Meier")
    await room.office.make("/projects/v1/projects", name=HOSTILE, manager_id=anna)
    [mail] = await room.turn()
    sentence = f"You manage the project {HOSTILE}."
    assert mail.message["Subject"] == sentence.replace("=?utf", "= ?utf")
    assert sentence in mail.text()
    html = mail.text("html")
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &#34;&amp;&#34;" in html
    assert "{{ 7 * 7 }}" in html


@pytest.mark.parametrize(
    "subject",
    [
        "You manage the project Überfahrt <b>Süd</b> & Co.",
        "Nobody has written anything of the project Überfahrt <b>Süd</b> & Co for 30 days.",
        "Nobody has written anything of the project Staff self-service for 30 days.",
        "Le risque « Étanchéité du toit » de Réseau 🚀 et de la nouvelle salle de serveurs est survenu.",
    ],
)
def test_a_subject_is_read_as_it_was_written_however_it_is_folded(subject: str) -> None:
    mail = EmailMessage(POLICY)
    mail["Subject"] = subject
    content = mail.as_bytes()
    assert message_from_bytes(content, policy=default)["Subject"] == subject
    assert max(map(len, content.split(b"\r\n"))) <= 78


def test_a_sentence_is_text_whatever_its_translation_and_its_values_are() -> None:
    markup = to_markup("l'<b>%(name)s & 100%% %(day)s", {"name": "<i>", "day": "<u>", "other": "x"}, ["name"])
    assert markup == "l&#39;&lt;b&gt;<bdi>&lt;i&gt;</bdi> &amp; 100% &lt;u&gt;"


async def test_a_name_that_was_stored_with_line_ends_ends_no_header_and_turns_no_text(room: PostRoom) -> None:
    """No request can store it any more: it is as an earlier version may have left it."""
    anna = await room.person("Anna Meier")
    project = await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    await room.portolan.settled()
    name = "ERP\r\nBcc: eve@example.org\u202e\u2028gnp.exe\u0000"
    store = room.kernel.store
    [(state,)] = await store.fetch("SELECT state FROM current_state WHERE aggregate_id = ?", (project["id"],))
    escaped = name.encode("unicode_escape").decode().replace("\\x00", "\\u0000")
    await store.run(
        "UPDATE current_state SET state = ? WHERE aggregate_id = ?",
        (state.replace('"name":"ERP"', f'"name":"{escaped}"'), project["id"]),
    )
    [mail] = await room.turn()
    assert mail.message["Bcc"] is None
    assert mail.message["Subject"] == "You manage the project ERP Bcc: eve@example.org gnp.exe."
    assert not set("\u202e\u2028\u0000") & set(mail.all_of_it)


async def test_a_mail_is_written_in_the_language_of_its_recipient(room: PostRoom) -> None:
    anna = await room.person("Anna Meier")
    answer = await room.office.caller("anna", "viewer").put(
        "/reporting/v1/me/mail", json={"cadence": "immediately", "language": "fr"}
    )
    assert answer.status_code == 200, answer.text
    await room.office.make("/projects/v1/projects", name="École", manager_id=anna)
    [mail] = await room.turn()
    assert mail.message["Subject"] == "Vous assurez la conduite du projet École."
    assert mail.message["Content-Language"] == "fr"
    assert '<html lang="fr">' in mail.text("html")
    assert "Ne plus en recevoir\N{NO-BREAK SPACE}: http" in mail.text()
    assert not {"mails", "which", "more"} & set(mail.all_of_it.split())


async def test_without_a_choice_it_is_the_first_language_of_the_organisation_that_is_spoken(
    room: PostRoom,
) -> None:
    await room.office.make(
        "/projects/v1/organisations", name="Fonderie", profile="end_user", languages=["rm", "fr", "en"]
    )
    anna = await room.person("Anna Meier")
    await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    [mail] = await room.turn()
    assert mail.message["Content-Language"] == "fr"


async def test_a_sentence_leads_to_the_page_of_what_it_tells(room: PostRoom) -> None:
    anna = await room.person("Anna Meier", cadence="weekly")
    make = room.office.make
    project = await make("/projects/v1/projects", name="ERP", manager_id=anna)
    of = {"project_id": project["id"], "owner_id": anna}
    await make("/projects/v1/work-packages", **of, wbs="1", name="Design")
    await make("/risk/v1/risks", **of, title="Fire")
    programme = await make("/projects/v1/programmes", name="Core")
    subject = {"kind": "programme", "id": programme["id"]}
    await make("/projects/v1/comments", subject=subject, text="See this.", mentions=[anna])
    [mail] = await room.turn(later_us=8 * 86_400_000_000)
    browser = await room.browse("anna", "viewer")
    links = re.findall(r"(/(?:project|registers)/\S+)", mail.text())
    pages = [await browser.get(link) for link in links]
    assert [page.status_code for page in pages] == [200] * 4
    for page, name in zip(pages, ("ERP", "Design", "Fire", "See this."), strict=True):
        assert name in page.text


async def test_a_mail_says_to_programs_what_it_is(room: PostRoom) -> None:
    anna = await room.person("Anna Meier")
    await room.office.make("/projects/v1/projects", name="ERP", manager_id=anna)
    [mail] = await room.turn()
    message = mail.message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"\r\nList-Unsubscribe: <http://127.0.0.1:8000/mail/stop?person=" in mail.content
    assert str(message["From"]) == "Portolan <portolan@example.org>"
    assert mail.sender.startswith("bounces+")
    assert message.get_content_type() == "multipart/alternative"
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    assert len(mail.content) < 6_000


async def test_a_mail_with_very_many_sentences_says_how_many_more_there_are(room: PostRoom) -> None:
    anna = await room.person("Anna Meier", cadence="weekly")
    for n in range(53):
        await room.office.make("/projects/v1/projects", name=f"Project {n}", manager_id=anna)
    [mail] = await room.turn(later_us=8 * 86_400_000_000)
    assert mail.text().count("You manage the project") == 50
    assert "And 3 more." in mail.text()


def test_each_notification_has_a_name_of_its_own_and_is_told_in_every_language() -> None:
    names = Counter(one.name for one in NOTIFICATIONS)
    assert not [name for name, count in names.items() if count > 1]
    for path in LOCALE.glob("*/LC_MESSAGES/portolan.po"):
        words = words_in(path.parts[-3])
        for one in NOTIFICATIONS:
            for sentence in filter(None, (one.sentence, one.nameless)):
                assert words.gettext(sentence) != sentence, (path, sentence)


def test_every_text_of_mails_and_their_pages_has_its_french() -> None:
    untranslated = []
    for path in LOCALE.glob("*/LC_MESSAGES/portolan.po"):
        with Path(path).open("rb") as file:
            untranslated += [
                m.id for m in read_po(file) if m.id and not m.string and "mail" in str(m.id).lower()
            ]
    assert untranslated == []


def test_a_notification_of_what_does_not_exist_is_refused_where_it_is_declared() -> None:
    with pytest.raises(TypeError, match="no fact exploded"):
        tell(Project, "exploded", "manager_id", "x")
    with pytest.raises(TypeError, match="no member manager"):
        tell(Project, "approved", "manager", "x")


def test_names_are_cut_and_addresses_are_those_that_mail_carries() -> None:
    assert len(one_line("x" * 500)) == 201
    assert wire_address("anna@münchen.example") == "anna@xn--mnchen-3ya.example"
    for address in (
        "a b@example.org",
        "a,b@example.org",
        "é@example.org",
        "a@b..example",
        f"{'a' * 65}@example.org",
    ):
        with pytest.raises(ValueError, match=r"."):
            wire_address(address)

"""The Ukrainian catalogue, and pages that are read with it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import allauth
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from django.utils.translation import ngettext

from apps.accounts import upstream_texts
from apps.accounts.models import Preferences
from apps.accounts.services.users import set_roles
from apps.contacts.models import Folder, Import, RelationshipType
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.core.management.commands.collect_messages import collect, untranslated, updated
from apps.core.models import Operation
from apps.core.services.operations import start
from apps.core.services.operations.background import run

PATH = settings.BASE_DIR / "locale" / "uk" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|</?\w+>")
MUTE = ("script", "style", "kbd", "code")
SPOKEN = ("aria-label", "title", "placeholder", "alt")
# Pages that everybody meets, and those of administrators; {person} and {firm} are contacts.
PAGES = [
    "/",
    "/search/?q=zzzz",
    "/shortcuts/",
    "/operations/",
    "/contacts/",
    "/contacts/?q=zzzz",
    "/contacts/list/relationships/",
    "/contacts/list/activity/",
    "/lists/contacts.entities/filters/",
    "/lists/contacts.entities/columns/",
    "/lists/contacts.entities/views/",
    "/contacts/new/",
    "/contacts/new/?kind=organisation",
    "/contacts/{person}/",
    "/contacts/{person}/details/",
    "/contacts/{person}/relations/",
    "/contacts/{person}/events/",
    "/contacts/{person}/files/",
    "/contacts/{person}/chart/",
    "/contacts/{person}/graph/",
    "/contacts/{person}/qr/",
    "/contacts/{person}/print/",
    "/contacts/{person}/edit/name/",
    "/contacts/{person}/edit/about/",
    "/contacts/{person}/units/new/",
    "/contacts/{person}/jobs/new/",
    "/contacts/{person}/photo/",
    "/contacts/{person}/user/",
    "/contacts/{person}/relationships/new/",
    "/contacts/{firm}/",
    "/contacts/import/",
    "/contacts/export/",
    "/contacts/trash/",
    "/contacts/settings/summary/",
    "/contacts/settings/folders/",
    "/contacts/settings/folders/add/",
    "/contacts/settings/categories/",
    "/contacts/settings/fields/",
    "/contacts/settings/fields/add/",
    "/contacts/settings/relationships/",
    "/contacts/settings/relationships/add/",
    "/accounts/preferences/",
    "/accounts/security/",
    "/accounts/sessions/",
    "/accounts/tokens/",
    "/accounts/tokens/new/",
    "/accounts/users/",
    "/accounts/users/new/",
    "/accounts/audit/",
    "/activities/of/{person}/",
]


class Words(HTMLParser):
    """What a page says: its texts and the attributes that are read out or shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.silent = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in MUTE
        self.said += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in MUTE

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.said.append(" ".join(data.split()))


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with PATH.open("rb") as file:
        return read_po(file)


@pytest.fixture
def foreign(catalogue) -> set[str]:
    """Texts of ours that read otherwise in Ukrainian; the switch of languages calls each by its own name."""
    return {
        message.id
        for message in texts(catalogue)
        if isinstance(message.id, str) and message.id not in (message.string, "English")
    }


@pytest.fixture
def ukrainian(ada) -> Any:
    """An administrator who reads Ukrainian."""
    Preferences.objects.create(user=ada, language="uk")
    return ada


@pytest.fixture
def contacts(ukrainian, everyone_folder, now) -> dict[str, int]:
    unit = UnitInput(
        phones=[PhoneInput(raw="+380445550101")], emails=[EmailInput(address="olena@example.com")], city="Київ"
    )
    person = create_entity(
        actor=ukrainian,
        data=EntityInput(
            kind="person",
            first_name="Олена",
            last_name="Коваль",
            units=[unit],
            jobs=[JobInput(organisation_name="Вікна Плюс", title="Директорка")],
        ),
        now=now,
    )
    person.refresh_from_db()
    return {
        "person": person.pk,
        "firm": person.participations.get().relationship.participants.get(side="target").entity_id,
    }


def texts(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


# --- the catalogue ----------------------------------------------------------------------------------------------------
def test_every_text_has_a_translation():
    catalogue = updated(PATH, collect(settings.BASE_DIR, "django"), "uk")

    missing = untranslated(catalogue)

    assert [message.id for message in missing] == []
    assert not catalogue.fuzzy


def test_a_translation_keeps_the_placeholders_and_tags(catalogue):
    broken = []
    for message in texts(catalogue):
        # "One contact" may name no number; its Ukrainian form has to, for it serves 21 and 31 too.
        wanted = sorted(PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[1]))
        broken += [text for text in forms(message) if sorted(PLACEHOLDER.findall(text)) != wanted]

    assert broken == []


def test_numbers_have_three_forms(catalogue):
    counted = [message for message in texts(catalogue) if not isinstance(message.id, str)]

    assert catalogue.num_plurals == 3
    assert counted
    assert {len(forms(message)) for message in counted} == {3}


def test_a_translation_begins_and_ends_as_its_text_does(catalogue):
    ends = ".…:?"
    unlike = []
    for message in texts(catalogue):
        text = message.id if isinstance(message.id, str) else message.id[1]
        for translated in forms(message):
            same_end = (text[-1] if text[-1] in ends else "") == (translated[-1] if translated[-1] in ends else "")
            if not same_end or text[0].isspace() != translated[0].isspace() or text.strip() != text:
                unlike.append(translated)

    assert unlike == []


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 контакт"), (3, "3 контакти"), (11, "11 контактів"), (21, "21 контакт")]
)
def test_a_number_picks_its_form(count, said):
    with translation.override("uk"):
        text = ngettext("%(count)d contact came in.", "%(count)d contacts came in.", count) % {"count": count}

    assert text == f"Імпортовано {said}."


def test_months_and_people_are_told_apart():
    with translation.override("uk"):
        assert translation.gettext("May") == "Травень"
        assert translation.pgettext("token", "May") == "Дозволено"


# --- pages ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_nothing_in_english(client, ukrainian, contacts, foreign, page):
    client.force_login(ukrainian)

    response = client.get(page.format(**contacts))

    assert response.status_code == 200
    html = response.content.decode()
    assert "/accounts/" not in page or 'lang="uk"' in html
    assert [text for text in Words(html).said if text in foreign] == []


@pytest.mark.parametrize("page", ["/accounts/login/", "/accounts/password/reset/", "/nothing/"])
def test_a_stranger_reads_what_their_browser_asks_for(client, db, foreign, page):
    ukrainian = client.get(page, headers={"accept-language": "uk,en;q=0.5"}).content.decode()
    english = client.get(page, headers={"accept-language": "en"}).content.decode()

    assert 'lang="uk"' in ukrainian
    assert [text for text in Words(ukrainian).said if text in foreign] == []
    assert 'lang="en"' in english


def test_signing_in_speaks_ukrainian(client, db):
    response = client.post(
        "/accounts/login/", {"login": "nobody@example.com", "password": "x"}, headers={"accept-language": "uk"}
    )

    assert "Увійти" in response.content.decode()
    assert re.search("парол", response.content.decode())


@pytest.mark.parametrize(
    ("page", "heading"),
    [
        ("/accounts/2fa/totp/activate/", "Увімкнути застосунок-автентифікатор"),
        ("/accounts/2fa/webauthn/", "Ключі доступу та безпеки"),
        ("/accounts/2fa/webauthn/add/", "Додати ключ доступу або безпеки"),
        ("/accounts/password/change/", "Змінити пароль"),
    ],
)
def test_pages_of_passwords_and_second_factors_speak_our_words(client, ukrainian, foreign, page, heading):
    client.post("/accounts/login/", {"login": ukrainian.email, "password": "correct-horse-1"})
    client.post("/accounts/reauthenticate/", {"password": "correct-horse-1"})

    response = client.get(page)

    said = Words(response.content.decode()).said
    assert heading in said
    assert [text for text in said if text in foreign] == []


def test_what_is_worded_anew_is_still_said_by_allauth():
    theirs = read_po((Path(allauth.__file__).parent / "locale" / "uk" / "LC_MESSAGES" / "django.po").open("rb"))

    reworded = [
        *upstream_texts.SIGN_IN,
        *upstream_texts.PASSWORDS,
        *upstream_texts.SECOND_FACTORS,
        *upstream_texts.MAIL,
    ]

    assert [text for text in reworded if text not in theirs] == []


def test_built_in_names_are_read_in_ukrainian(db):
    everyone = Folder.objects.get(is_default=True)
    works_for = RelationshipType.objects.get(key="works_for")

    with translation.override("uk"):
        assert str(everyone) == "Усі"
        assert (works_for.reading, works_for.reading_back) == ("працює в", "має працівника")
    assert (everyone.name, works_for.name) == ("Everyone", "works for")


def test_names_that_people_gave_are_left_alone(db):
    folder = Folder.objects.create(name="Everyone else")
    kind = RelationshipType.objects.create(key="own", name="Home", inverse_name="Work")

    with translation.override("uk"):
        assert (folder.title, kind.reading, kind.reading_back) == ("Everyone else", "Home", "Work")


def test_the_worker_speaks_the_language_of_whoever_started_it(ada, now):
    with translation.override("uk"):
        operation = start(actor=ada, verb="nothing.known", parameters={}, now=now)

    run(operation_id=operation.pk, now=now)

    operation.refresh_from_db()
    assert operation.message == "Така операція тут більше не відома."


def test_the_audit_tells_in_ukrainian_what_changed(client, ukrainian, bob, now):
    set_roles(actor=ukrainian, user=bob, roles=["sales", "manager"], now=now)
    client.force_login(ukrainian)

    said = Words(client.get("/accounts/audit/").content.decode()).said

    assert {"Змінено ролі", "додано: manager"} <= set(said)


def test_an_import_is_previewed_and_reported_in_ukrainian(client, ukrainian, foreign, now):
    client.force_login(ukrainian)
    table = b'First Name,Last Name,E-mail\nOlena,Koval,olena@example.com\nIvan,"Petrenko,ivan@example.com\n'

    preview = client.post("/contacts/import/", {"upload": [SimpleUploadedFile("people.csv", table)]}, follow=True)
    found = Import.objects.get()
    client.post(f"/contacts/import/{found.pk}/", {"do": "start", "duplicates": "ask"})
    run(operation_id=Operation.objects.get(state=Operation.State.PENDING).pk, now=now)
    report = client.get(f"/contacts/import/{found.pk}/")

    headers = {"First Name", "Last Name", "E-mail"}  # the file's own
    assert [text for text in Words(preview.content.decode()).said if text in foreign - headers] == []
    assert [text for text in Words(report.content.decode()).said if text in foreign] == []
    assert "Імпортовано 1 контакт." in report.content.decode()
    assert found.rejections.get().reason.startswith("Лапки в цьому записі не збігаються")


@pytest.mark.parametrize("typed", ["zz", "31.02.1985", "1985-13-01"])
def test_a_day_that_is_none_is_refused_in_words(client, ukrainian, contacts, typed):
    client.force_login(ukrainian)

    answer = client.post(f"/contacts/{contacts['person']}/edit/about/", {"birthday": typed})

    assert answer.status_code == 422
    assert "Не вдалося розпізнати дату" in answer.content.decode()

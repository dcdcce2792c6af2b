"""Cards that come back from phones: made, changed, lost lines, two people at once."""

from __future__ import annotations

import re

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.contacts.models import EmailAddress, Entity, PhoneNumber, RawProperty
from apps.contacts.services.details import add_phone
from apps.contacts.services.entities import create_entity, update_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, LinkInput, PhoneInput, UnitInput
from apps.contacts.services.phone_edits import facts_now
from apps.core.models import Operation
from apps.core.services.operations import undo
from apps.sync.models import CardClash
from apps.sync.services.cards.clashes import settle_clash
from tests.contacts.factories import default_folder
from tests.sync.dav.door import Phone

pytestmark = pytest.mark.django_db

NEW = """BEGIN:VCARD\r
VERSION:3.0\r
UID:5F2CB1B0-9C5D-4E57-9F4C-0B4F5C7B2A11\r
N:Petrenko;Anna;;;\r
FN:Anna Petrenko\r
ORG:Vikna Plus;\r
TITLE:Buyer\r
TEL;type=CELL;type=VOICE;type=pref:+380 44 123 45 67\r
EMAIL;type=INTERNET;type=WORK:anna@example.com\r
X-SKYPE:anna.p\r
END:VCARD\r
"""


@pytest.fixture
def anna(alice, now) -> Entity:
    data = EntityInput(
        first_name="Anna",
        last_name="Petrenko",
        nickname="Anya",
        birthday="1985-04-12",
        notes="Likes tea.\nNo calls before ten.",
        language="uk",
        jobs=[JobInput(organisation_name="Vikna Plus", title="Buyer", department="Sales", role="decides")],
        units=[
            UnitInput(
                kind="work",
                street="Khreshchatyk",
                house_number="5",
                city="Kyiv",
                country="UA",
                phones=[PhoneInput("+380441234567", kind="mobile"), PhoneInput("+380442223344", kind="work_fax")],
                emails=[EmailInput("anna@example.com", label="work", plain_text_only=True)],
                links=[LinkInput("https://example.com", label="shop")],
            ),
            UnitInput(kind="home", city="Lviv", country="UA", emails=[EmailInput("anna@home.example", label="home")]),
        ],
    )
    made = create_entity(actor=alice, data=data, now=now)
    RawProperty.objects.create(entity=made, name="X-SKYPE", value="anna.p", position=0)
    return made


def read(phone: Phone, anna: Entity) -> tuple[str, str, str]:
    """Where her card is, its text, its ETag."""
    href = f"{phone.book(default_folder())}{anna.uid}.vcf"
    answer = phone.ask("GET", href)
    assert answer.status == 200
    return href, answer.text, answer.headers["ETag"]


def as_a_phone_writes(card: str, *, keeps: frozenset[str], reorders: bool = False) -> str:
    """`card` rewritten by a program that knows only these properties, none of our parameters and no groups."""
    kept = []
    for line in card.replace("\r\n ", "").split("\r\n"):
        bare = re.sub(r'^item\d+\.|;X-RAPPORT="[^"]*"|;X-RAPPORT=[^;:]*', "", line)
        if re.split("[;:]", bare)[0] in keeps | {"BEGIN", "END", "VERSION", "UID", "FN", "N"}:
            kept.append(bare)
    if reorders:
        kept = [*kept[:2], *reversed(kept[2:-2]), *kept[-2:]]
    return "\r\n".join(kept)


def everything(entity: Entity) -> object:
    """All that is known of a contact, by value."""
    entity.refresh_from_db()
    own = {field.name: getattr(entity, field.attname) for field in Entity._meta.concrete_fields}
    below = [
        list(rows.order_by("pk").values())
        for rows in (entity.units.all(), entity.emails.all(), entity.phones.all(), entity.links.all())
    ]
    raws = list(entity.raw_properties.order_by("pk").values())
    return own, below, raws, list(entity.participations.order_by("pk").values())


def test_a_card_made_on_a_phone_becomes_a_contact_with_all_it_says(alice, now):
    phone = Phone(alice)
    href = f"{phone.book(default_folder())}A1B2.vcf"

    answer = phone.ask("PUT", href, NEW, if_none_match="*")

    made = Entity.objects.get(last_name="Petrenko")
    assert answer.status == 201
    assert "ETag" not in answer.headers
    assert (made.folder, made.organisation, made.job_title, made.created_by) == (
        default_folder(),
        "Vikna Plus",
        "Buyer",
        alice,
    )
    assert made.phones.get().e164 == "+380441234567"
    assert RawProperty.objects.get(entity=made).name == "X-SKYPE"
    served = phone.ask("GET", href).text
    assert "UID:5F2CB1B0-9C5D-4E57-9F4C-0B4F5C7B2A11" in served
    assert href in phone.list(phone.book(default_folder()))


def test_a_new_card_is_undone_as_one(alice, now):
    phone = Phone(alice)
    phone.ask("PUT", f"{phone.book(default_folder())}a.vcf", NEW)

    undo(actor=alice, operation=Operation.objects.get(verb="entity.synced"), now=now)

    assert not Entity.objects.filter(last_name="Petrenko").live().exists()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keeps=st.frozensets(st.sampled_from(["ROLE", "CATEGORIES", "X-SKYPE", "IMPP", "LANG", "X-RAPPORT-ETAG", "GEO"])),
    reorders=st.booleans(),
)
def test_nothing_is_lost_by_the_way_of_any_phone(alice, anna, keeps, reorders):
    phone = Phone(alice)
    href, card, etag = read(phone, anna)
    before = everything(anna)
    held = {"NICKNAME", "ORG", "TITLE", "TEL", "EMAIL", "ADR", "URL", "NOTE", "BDAY"}

    answer = phone.ask("PUT", href, as_a_phone_writes(card, keeps=keeps | held, reorders=reorders), if_match=etag)

    assert answer.status == 204
    assert everything(anna) == before


def test_what_was_changed_on_the_phone_is_changed_and_nothing_else(alice, anna, now):
    phone = Phone(alice)
    href, card, etag = read(phone, anna)
    held = frozenset({"NICKNAME", "ORG", "TITLE", "TEL", "EMAIL", "ADR", "URL", "NOTE", "BDAY"})
    text = as_a_phone_writes(card, keeps=held)
    text = text.replace("N:Petrenko;Anna", "N:Kovalenko;Anna").replace("TITLE:Buyer", "TITLE:Head buyer")
    text = text.replace("+380441234567", "+380 50 111 22 33").replace("Khreshchatyk 5", "Khreshchatyk 7")
    text = re.sub(r"EMAIL[^\r]*anna@home.example\r\n", "", text)

    assert phone.ask("PUT", href, text, if_match=etag).status == 204

    anna.refresh_from_db()
    assert (anna.last_name, anna.job_title, anna.organisation) == ("Kovalenko", "Head buyer", "Vikna Plus")
    assert sorted(anna.phones.values_list("e164", "kind")) == [
        ("+380442223344", "work_fax"),
        ("+380501112233", "mobile"),
    ]
    email = anna.emails.get()
    assert (email.address, email.plain_text_only) == ("anna@example.com", True)
    assert sorted(anna.units.values_list("street", "city")) == [("", "Lviv"), ("Khreshchatyk 7", "Kyiv")]
    assert anna.language == "uk"
    assert anna.raw_properties.get().value == "anna.p"
    assert anna.participations.get().role == "decides"


@pytest.mark.django_db(transaction=True)
def test_a_card_that_comes_too_late_is_refused_and_asked_about(alice, anna, now):
    phone = Phone(alice)
    href, card, etag = read(phone, anna)
    update_entity(actor=alice, entity=anna, fields={"nickname": "Ann"}, expected_version=None, now=now)
    add_phone(actor=alice, entity=anna, data=PhoneInput("+380441111111"), now=now)

    late = card.replace("NICKNAME:Anya", "NICKNAME:Annushka")
    answer = phone.ask("PUT", href, late, if_match=etag)

    anna.refresh_from_db()
    clash = CardClash.objects.get(user=alice, entity=anna)
    assert answer.status == 412
    assert anna.nickname == "Ann"
    assert clash.differences == [{"name": "nickname", "before": "Anya", "after": "Annushka"}]
    settle_clash(actor=alice, clash=clash, chosen={0}, now=now)
    anna.refresh_from_db()
    assert anna.nickname == "Annushka"
    assert PhoneNumber.objects.filter(entity=anna, e164="+380441111111").exists()


def test_changed_on_both_sides_a_contact_keeps_both_and_asks_about_one_field(alice, anna, now):
    """A program that sends no If-Match, but keeps the line that says what its card began with."""
    phone = Phone(alice)
    href, card, _ = read(phone, anna)
    update_entity(actor=alice, entity=anna, fields={"nickname": "Ann", "prefix": "Dr."}, expected_version=None, now=now)
    add_phone(actor=alice, entity=anna, data=PhoneInput("+380441111111"), now=now)

    mine = card.replace("NICKNAME:Anya", "NICKNAME:Annushka").replace("N:Petrenko", "N:Koval")
    mine = mine.replace("END:VCARD", "TEL;TYPE=home:+380442222222\r\nEND:VCARD")
    assert phone.ask("PUT", href, mine).status == 204

    anna.refresh_from_db()
    assert (anna.prefix, anna.last_name, anna.nickname) == ("Dr.", "Koval", "Ann")
    assert set(anna.phones.values_list("e164", flat=True)) >= {"+380441111111", "+380442222222"}
    assert [one["name"] for one in CardClash.objects.get().differences] == ["nickname"]


def test_a_card_of_unknown_beginning_takes_nothing_away(alice, anna):
    phone = Phone(alice)
    href, _card, _etag = read(phone, anna)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{anna.uid}", "N:Petrenko;Anna;;;", "FN:Anna", "TEL:+380443333333"]
    bare = "\r\n".join([*lines, "END:VCARD", ""])

    assert phone.ask("PUT", href, bare).status == 204

    assert PhoneNumber.objects.filter(entity=anna).count() == 3
    assert EmailAddress.objects.filter(entity=anna).count() == 2
    anna.refresh_from_db()
    assert anna.nickname == "Anya"


def test_deleted_on_the_phone_it_lies_in_the_trash(alice, anna):
    phone = Phone(alice)
    href, _, etag = read(phone, anna)

    assert phone.ask("DELETE", href, if_match='"old"').status == 412
    assert phone.ask("DELETE", href, if_match=etag).status == 200
    assert phone.ask("DELETE", href).status == 404
    anna.refresh_from_db()
    assert anna.trashed_by == alice


def test_a_phone_that_deletes_everything_is_stopped(alice, anna, monkeypatch):
    monkeypatch.setattr("apps.sync.services.cards.receiving.MOST_DELETED", 0)
    phone = Phone(alice)
    href, _, _ = read(phone, anna)

    assert phone.ask("DELETE", href).status == 403
    anna.refresh_from_db()
    assert anna.trashed_at is None


def test_what_is_no_card_is_refused(alice):
    phone = Phone(alice)

    assert phone.ask("PUT", f"{phone.book(default_folder())}x.vcf", "hello").status == 400
    assert phone.ask("MKCOL", f"{phone.home}mine/").status == 403
    assert phone.ask("DELETE", phone.book(default_folder())).status == 403


def test_somebody_elses_clash_is_not_settled(alice, bob, anna, now):
    clash = CardClash.objects.create(user=alice, entity=anna, device="Phone", differences=[], noticed_at=now)

    with pytest.raises(PermissionDenied):
        settle_clash(actor=bob, clash=clash, chosen=set(), now=now)


def test_a_person_is_told_of_as_a_phone_reads_it(alice, anna):
    facts = facts_now(anna)

    assert facts.job == {"organisation": "Vikna Plus", "department": "Sales", "title": "Buyer", "role": "decides"}
    assert facts.texts["birthday"] == "1985-04-12"

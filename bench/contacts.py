"""The figures of contacts: search, list, page, writing, import, bulk."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import vobject
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.activities.models import Activity, ActivityEntity
from apps.activities.services.recording import restamp
from apps.contacts.models import Entity, Folder
from apps.contacts.models.rights import rights_of
from apps.contacts.selectors.search import find_contacts, guess_contacts
from apps.contacts.services.bulk import BulkAction, begin_bulk
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, JobInput, PhoneInput, UnitInput
from apps.core import clock
from apps.core.models import Operation
from apps.core.services.operations import begin_undo, run
from bench.data import TABLES
from bench.figures import Row, median, p95, say, times
from bench.house import House
from bench.people import Contact, persons

_SAMPLES = 200
_REQUESTS = 30


def measure(house: House) -> Iterator[Row]:
    yield from _search(house)
    yield from _list(house)
    yield from _page(house)
    yield from _create(house)
    yield from _import(house)
    yield from _bulk(house)


# --- Ctrl-K -----------------------------------------------------------------------------------------------------------
def _search(house: House) -> Iterator[Row]:
    dice = random.Random(3)
    some = Entity.objects.filter(pk__in=[dice.randrange(1, house.count + 1) for _ in range(_SAMPLES)])
    prefixes = [prefix for entity in some for prefix in _typed(entity, dice)]
    dice.shuffle(prefixes)
    typos = [
        _slip(entity.last_name or entity.name, dice) for entity in some if len(entity.last_name or entity.name) > 4
    ]
    typos += [f"{typo} {entity.first_name}"[:30] for typo, entity in zip(typos, some, strict=False)]
    for text in prefixes[:50]:
        find_contacts(house.user, text)
    found = times(lambda text: find_contacts(house.user, text), prefixes)
    guessed = times(lambda text: guess_contacts(house.user, text), typos)
    folders = sorted(rights_of(house.user).view)
    words = [text.lower()[:3] for text in prefixes if text.isalpha()]
    bare = times(lambda word: _bare_prefix(word, folders), words)
    yield Row("Ctrl-K: beginnings, all kinds, p95", p95(found), "ms", 25, ideal=p95(bare))
    yield Row("Ctrl-K: beginnings, all kinds, median", median(found), "ms")
    yield Row("Ctrl-K: typos as second answer, p95", p95(guessed), "ms", 100)
    client = _client(house)
    url = reverse("search")
    through = times(lambda text: client.get(url, {"q": text}, headers={"HX-Request": "true"}), prefixes[:100])
    yield Row("Ctrl-K: the whole request, p95", p95(through), "ms")


def _typed(entity: Entity, dice: random.Random) -> list[str]:
    """What somebody types on the way to this contact."""
    if entity.is_organisation:
        return [entity.name[: dice.randrange(2, 9)], entity.name.split()[-2][:5]]
    typed = [
        entity.first_name[: dice.randrange(2, 5)],
        entity.last_name[: dice.randrange(2, 8)],
        f"{entity.first_name} {entity.last_name}"[: dice.randrange(5, 20)],
        f"{entity.last_name[:3]} {entity.first_name[:2]}",
    ]
    if entity.primary_email:
        typed.append(entity.primary_email[:8])
    if entity.organisation:
        typed.append(f"{entity.first_name} {entity.organisation.split()[-2]}")
    if digits := entity.primary_phone.lstrip("+"):
        start = dice.randrange(len(digits) - 6)
        typed += [digits[start : start + 4], digits[start : start + 6], digits[-5:], entity.primary_phone]
    return typed


def _slip(word: str, dice: random.Random) -> str:
    place = dice.randrange(1, len(word) - 1)
    return dice.choice(
        (
            word[:place] + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            f"{word[:place]}x{word[place + 1 :]}",
        )
    )


def _bare_prefix(word: str, folders: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.display_name FROM (SELECT entity_id FROM contacts_searchtoken WHERE folder_id = ANY(%s)"
            " AND rank = 1 AND token >= %s AND token < %s LIMIT 8) t JOIN contacts_entity e ON e.id = t.entity_id",
            [folders, word, f"{word}\U0010ffff"],
        )
        cursor.fetchall()


# --- pages ------------------------------------------------------------------------------------------------------------
def _list(house: House) -> Iterator[Row]:
    client = _client(house)
    seen = Entity.objects.visible_to(house.user).live().count()
    deepest = max(1, min(seen, 100_000) // 50)
    folder = Folder.objects.filter(pk__in=rights_of(house.user).view, name__startswith="Folder").order_by("pk").first()
    cases = {
        "first page": "?size=50",
        "page 2": "?size=50&page=2",
        "by organisation, backwards": "?size=50&sort=-organisation",
        "by city": "?size=50&sort=city",
        "by e-mail": "?size=50&sort=email",
        "by last change": "?size=50&sort=-modified",
        f"offset {deepest * 50 - 50:,}": f"?size=50&page={deepest}",
        f"offset {deepest * 50 - 50:,} by city": f"?size=50&sort=city&page={deepest}",
        "last page": "?size=50&page=-1",
        "filter by country": "?size=50&f.country=PL",
        "filter by folder": f"?size=50&f.folder={folder.pk if folder else ''}",
        "filter by city, by change": "?size=50&f.city=lviv&sort=-modified",
        "letter K": "?size=50&letter=k",
    }
    beyond = {"words of the search box": "?size=50&q=koval+ol"}  # no indexed filter: without a budget
    url = reverse("contacts:list_tab", args=["all"])
    most_queries, most_bytes = 0, 0
    ideal = p95(times(lambda _n: _bare_page(house), range(_REQUESTS)))
    for name, query in (cases | beyond).items():
        client.get(url + query)
        taken = times(lambda _n, query=query: client.get(url + query), range(_REQUESTS))  # type: ignore[misc]
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(url + query)
        if answer.status_code != 200:
            raise RuntimeError(f"the list answered {answer.status_code} to {query}")
        within = name in cases
        most_queries = max(most_queries, len(captured) if within else 0)
        most_bytes = max(most_bytes, len(answer.content))
        bare = ideal if name == "first page" else None
        yield Row(f"contact list: {name}, p95", p95(taken), "ms", 60 if within else None, ideal=bare)
        yield Row(f"contact list: {name}, median", median(taken), "ms", 40 if within else None)
    yield Row("contact list: the first jump so deep in a minute, median", median(_first_jumps(client, deepest)), "ms")
    yield Row("contact list: queries", most_queries, "queries", 10)
    yield Row("contact list: HTML", round(most_bytes / 1024, 1), "KB", 100)


def _first_jumps(client: Client, page: int) -> list[float]:
    """To a deep page whose landmarks and estimated total nobody has asked for yet."""
    url = reverse("contacts:list_tab", args=["all"]) + f"?size=50&page={page}"

    def jump(_n: int) -> None:
        cache.clear()
        client.get(url)

    client.get(url)
    return times(jump, range(5))


def _bare_page(house: House) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, display_name, organisation, primary_phone, primary_email, city FROM contacts_entity"
            " WHERE trashed_at IS NULL AND merged_into_id IS NULL AND folder_id = ANY(%s)"
            " ORDER BY sort_name, id LIMIT 50",
            [sorted(rights_of(house.user).view)],
        )
        cursor.fetchall()


def _page(house: House) -> Iterator[Row]:
    client = _client(house)
    entity = Entity.objects.visible_to(house.user).live().people().exclude(organisation="").order_by("pk").first()
    if entity is None:
        return
    _fill_timeline(house, entity, 10_000)
    url = reverse("contacts:entity", args=[entity.pk])
    client.get(url)
    taken = times(lambda _n: client.get(url), range(_REQUESTS * 2))
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"the contact page answered {answer.status_code}")
    yield Row("contact page with 10,000 activities, p95", p95(taken), "ms", 45)
    yield Row("contact page with 10,000 activities, median", median(taken), "ms", 25)
    yield Row("contact page: queries", len(captured), "queries", 12)


def _fill_timeline(house: House, entity: Entity, count: int) -> None:
    missing = max(0, count - ActivityEntity.objects.filter(entity=entity).count())
    now = clock.now()
    made = Activity.objects.bulk_create(
        [
            Activity(
                kind="note",
                verb="note.added",
                actor=house.user,
                occurred_at=now - timedelta(minutes=number),
                created_at=now,
                snippet=f"What was said in call {number}, in a few plain words.",
            )
            for number in range(missing)
        ],
        batch_size=2000,
    )
    ActivityEntity.objects.bulk_create(
        [ActivityEntity(activity=one, entity=entity, role="subject", occurred_at=one.occurred_at) for one in made],
        batch_size=2000,
    )
    # Without their audience nobody reads them, and the page looks through all of them in vain.
    if Activity.objects.filter(participants__entity=entity, audience=[]).exists():
        restamp([entity.pk])


def _client(house: House) -> Client:
    client = Client()
    client.force_login(house.user)
    return client


# --- writing ----------------------------------------------------------------------------------------------------------
def _create(house: House) -> Iterator[Row]:
    made: list[int] = []

    def create(contact: Contact) -> None:
        data = EntityInput(
            first_name=contact.first_name,
            last_name=contact.last_name,
            units=[UnitInput(city=contact.city, country=contact.country)],
            emails=[EmailInput(address) for address in contact.emails],
            phones=[PhoneInput(raw) for raw in contact.phones],
            jobs=[JobInput(organisation_id=employer)] if contact.employer is not None else [],
        )
        made.append(create_entity(actor=house.user, data=data, now=clock.now()).pk)

    employer = Entity.objects.visible_to(house.user).live().organisations().order_by("pk").values_list("pk")[0][0]
    some = list(persons(_SAMPLES, 1, seed=int(time.time())))
    for contact in some[:10]:
        create(contact)
    taken = times(create, some[10:])
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('contacts_entity', 'id'), %s)", [_next_id() + 1000])
    ideal = median(times(_bare_create, made[-50:]))
    yield Row("creating a contact with its history, median", median(taken), "ms", 10, ideal=ideal)
    yield Row("creating a contact with its history, p95", p95(taken), "ms")
    _forget(min(made))


def _bare_create(source: int) -> None:
    """The rows of a contact that is there, once more, by plain INSERTs in one transaction."""
    new = _next_id()
    replaced = {"id": str(new), "entity_id": str(new), "unit_id": str(new), "uid": f"'{uuid.uuid4()}'"}
    with transaction.atomic(), connection.cursor() as cursor:
        for table, columns in TABLES.items():
            if table in ("contacts_relationship", "contacts_participant"):
                continue
            own_key = table in ("contacts_emailaddress", "contacts_phonenumber")
            names = [name for name in columns if not (own_key and name == "id")]
            values = ", ".join(replaced.get(name, f'"{name}"') for name in names)
            key = "id" if table == "contacts_entity" else "entity_id"
            listed = ", ".join(f'"{name}"' for name in names)
            cursor.execute(
                f'INSERT INTO "{table}" ({listed}) SELECT {values} FROM "{table}" WHERE {key} = %s', [source]
            )


def _import(house: House) -> Iterator[Row]:
    count = max(2_000, min(20_000, house.count // 50))
    first, seed = _next_id(), int(time.time())
    stamp = uuid.uuid4().hex[:6]
    with tempfile.TemporaryDirectory() as folder:
        for name, budget, write in (("csv", 5_000, _write_csv), ("vcf", 1_500, _write_vcards)):
            path = Path(folder) / f"bench.{name}"
            write(path, list(persons(count, 0, seed=seed)), f"{stamp}{name}")
            ideal = _bare_vobject(path) if name == "vcf" else None
            began = time.perf_counter()
            told = _run_import(house, path)
            rate = round(count / (time.perf_counter() - began))
            say(f"import of {name}: {told}")
            if told["rejected"] or told["created"] < count * 0.99:  # two of one name in one firm are one
                raise RuntimeError(f"{told['created']} of {count} contacts came in")
            kind = "vCard" if name == "vcf" else "CSV"
            title = f"import {kind}, duplicate check and history, into {house.count:,} contacts"
            yield Row(title, rate, "contacts/s", budget, ideal=ideal, at_least=True)
    _forget(first)


def _run_import(house: House, path: Path) -> dict[str, int]:
    out = io.StringIO()
    with contextlib.redirect_stderr(io.StringIO()):
        call_command("import_contacts", str(path), "--json", "--as", house.user.email, "--region", "UA", stdout=out)
    told: dict[str, int] = json.loads(out.getvalue())
    return {name: told[name] for name in ("read", "created", "updated", "skipped", "rejected")}


def _write_csv(path: Path, some: list[Contact], stamp: str) -> None:
    lines = ["First Name,Last Name,Company,Job Title,E-mail Address,Mobile Phone,Home City,Home Country"]
    for number, one in enumerate(some):
        mail, phone = f"{stamp}{number}@example.org", f"+38067{number:07}"
        names = f"{one.first_name},{one.last_name},{stamp} {number % 500},Buyer"
        lines.append(f"{names},{mail},{phone},{one.city},{one.country}")
    path.write_text("\n".join(lines), encoding="utf-8")


def _write_vcards(path: Path, some: list[Contact], stamp: str) -> None:
    cards = [
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:{one.last_name};{one.first_name};;;\r\n"
        f"FN:{one.first_name} {one.last_name}\r\n"
        f"ORG:{stamp} {number % 500}\r\nTITLE:Buyer\r\nEMAIL;TYPE=work:{stamp}{number}@example.org\r\n"
        f"TEL;TYPE=cell:+38068{number:07}\r\nADR;TYPE=work:;;Main 1;{one.city};;01001;{one.country}\r\nEND:VCARD\r\n"
        for number, one in enumerate(some)
    ]
    path.write_text("".join(cards), encoding="utf-8")


def _bare_vobject(path: Path) -> float:
    text = path.read_text(encoding="utf-8")[:600_000]
    began = time.perf_counter()
    count = sum(1 for _card in vobject.readComponents(text[: text.rindex("END:VCARD") + 9]))
    return round(count / (time.perf_counter() - began))


# --- many at once -----------------------------------------------------------------------------------------------------
def _bulk(house: House) -> Iterator[Row]:
    chosen = Entity.objects.visible_to(house.user).live().filter(pk__lte=house.count).order_by("pk")
    ids = list(chosen.values_list("pk", flat=True)[: min(10_000, house.count // 4)])
    folders = Folder.objects.filter(pk__in=rights_of(house.user).edit, name__startswith="Folder").order_by("pk")
    target = folders[0]
    now = clock.now()
    began = time.perf_counter()
    operation = begin_bulk(
        actor=house.user, action=BulkAction("move", target.pk), chosen=Entity.objects.filter(pk__in=ids), now=now
    )
    run(operation_id=operation.pk, now=now)
    yield Row(f"moving {len(ids):,} contacts to a folder", round(time.perf_counter() - began, 2), "s", 20)
    operation.refresh_from_db()
    began = time.perf_counter()
    undoing = begin_undo(actor=house.user, operation=operation, now=clock.now())
    run(operation_id=undoing.pk, now=clock.now())
    undone = Operation.objects.get(pk=undoing.pk)
    if undone.result.get("conflict_count"):
        raise RuntimeError(f"undo met {undone.result['conflict_count']} conflicts")
    yield Row(f"undoing that for {undone.result['restored']:,}", round(time.perf_counter() - began, 2), "s")


def _next_id() -> int:
    return int(Entity.objects.order_by("-pk").values_list("pk", flat=True)[0]) + 1


def _forget(first: int) -> None:
    """Take away what a measurement made, so that the next run finds the house as it was."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        for statement in (
            "DELETE FROM contacts_participant WHERE relationship_id IN"
            " (SELECT relationship_id FROM contacts_participant WHERE entity_id >= %s)",
            *(
                f"DELETE FROM contacts_{table} WHERE entity_id >= %s"
                for table in ("searchtoken", "emailaddress", "phonenumber", "link", "rawproperty", "externaluid")
            ),
            "DELETE FROM contacts_entitycategory WHERE entity_id >= %s",
            "DELETE FROM contacts_unit WHERE entity_id >= %s",
            "UPDATE contacts_entity SET organisation_entity_id = NULL WHERE organisation_entity_id >= %s",
            "DELETE FROM contacts_entity WHERE id >= %s",
        ):
            cursor.execute(statement, [first])
        cursor.execute("VACUUM ANALYZE contacts_entity, contacts_searchtoken, contacts_participant")
        cursor.execute(f"SET ROLE {os.environ.get('DATABASE_WEB_ROLE', 'rapport_web')}")

"""Two years of what the demo company's people noted and whom they called, in four languages."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apps.accounts.models import User
from apps.activities.services.notes import write_many
from apps.activities.services.recording import Entry
from apps.contacts.models import Entity

_KYIV = ZoneInfo("Europe/Kyiv")
_DAYS = 730
_WRITERS = ("sales", "sales", "sales", "manager", "claims", "finance", "project", "content")
_NOTES = {
    "uk": (
        "Хоче зразки дубового профілю, адресу надішле поштою.",
        "Просить рахунок із відтермінуванням на 14 днів.",
        "Заміри перенесли на наступний тиждень: дощ.",
        "Рекомендував нас сусідам, надіслати подяку.",
        "Скаржиться на ручку балконних дверей, фото у пошті.",
        "Обговорили знижку від 20 конструкцій.",
    ),
    "pl": (
        "Zaprosić na szkolenie z montażu w marcu.",
        "Prosi o katalog w wersji papierowej.",
        "Czeka na wycenę fasady, 14 okien.",
        "Adres dostawy zmieniony, potwierdzić z logistyką.",
    ),
    "de": (
        "Wünscht Angebot für zwölf Fenster, Kunststoff, anthrazit.",
        "Liefertermin bestätigt, Kran wird gestellt.",
        "Zahlt per Vorkasse, zwei Prozent Skonto vereinbart.",
        "Muster kamen beschädigt an, neue sind unterwegs.",
    ),
    "en": (
        "Sent the new catalogue; calls back after the trade fair.",
        "Wants the oak finish samples before Friday.",
        "Site is behind schedule, delivery moved by two weeks.",
        "Asked who fits the sliding doors; gave him two names.",
    ),
}
_CALLS = {
    "uk": ("Питав про дату доставки останнього замовлення.", "Уточнили колір ламінації.", ""),
    "pl": ("Pytał o termin dostawy.", "Umówiliśmy pomiar.", ""),
    "de": ("Nicht erreicht, Kollegin richtet es aus.", "Rückfrage zum Angebot geklärt.", ""),
    "en": ("Asked for the delivery date of the last order.", "Confirmed the measurements.", ""),
}
_OUTCOMES = ("reached", "reached", "reached", "no_answer", "voicemail", "busy")


def write_history(users: dict[str, User], dice: random.Random, *, count: int, now: datetime) -> None:
    """`count` notes and calls, more of them lately, in office hours; some customers are talked to far more often."""
    contacts = list(Entity.objects.live().filter(source="import").select_related("folder").order_by("pk"))
    if not contacts:
        return
    entries = []
    for _number in range(count):
        # The first ones are the regulars.
        contact = contacts[min(int(dice.expovariate(6 / len(contacts))), len(contacts) - 1)]
        entries.append((_entry(contact, dice, now), users[dice.choice(_WRITERS)]))
    entries.sort(key=lambda pair: pair[0].occurred_at)
    write_many(entries, now=now)


def _entry(contact: Entity, dice: random.Random, now: datetime) -> Entry:
    language = contact.language if contact.language in _NOTES else "en"
    moment = _office_hour(dice, now)
    roll = dice.random()
    if roll < 0.6:
        return Entry(
            kind="note", verb="note.added", occurred_at=moment, entities=[contact], text=dice.choice(_NOTES[language])
        )
    if roll < 0.64:
        text = dice.choice(_NOTES[language])
        return Entry(kind="letter", verb="note.added", occurred_at=moment, entities=[contact], text=text)
    outcome = dice.choice(_OUTCOMES)
    facts = {
        "direction": dice.choice(("out", "out", "in")),
        "outcome": outcome,
        "seconds": dice.randint(20, 1500) if outcome == "reached" else None,
        "number": contact.primary_phone,
    }
    text = dice.choice(_CALLS[language]) if outcome == "reached" else ""
    return Entry(kind="call", verb="call.logged", occurred_at=moment, entities=[contact], text=text, facts=facts)


def _office_hour(dice: random.Random, now: datetime) -> datetime:
    day = now.astimezone(_KYIV) - timedelta(days=_DAYS * dice.random() ** 1.5)
    day = day.replace(hour=dice.randint(8, 17), minute=dice.randint(0, 59), second=0, microsecond=0)
    day -= timedelta(days=max(0, day.weekday() - 4))  # not on a weekend
    return min(day, now - timedelta(minutes=1))

"""Lutsk: Ukrainian words, "000123" without a letter, stamps in milliseconds; books in hryvnias with signs turned."""

from __future__ import annotations

from typing import Any

from apps.sync.simulator.dialects.base import Raw, Said, Setup, micros
from apps.sync.simulator.drawings import SHAPES, drawn
from apps.sync.simulator.facts import (
    DealerFact,
    Fact,
    MoneyFact,
    OrderFact,
    PieceFact,
    PriceFact,
    ShipmentFact,
    StatusFact,
)

plant, title, city, geo = "lutsk", "Plant Lutsk", "Луцьк", (50.75, 25.33)

_STATES = {
    "accepted": "затверджено",
    "production": "у роботі",
    "made": "на складі",
    "shipped": "відвантажено",
    "delivered": "передано",
    "hold": "призупинено",
    "resumed": "відновлено",
    "cancelled": "скасовано",
}
_PHASES = {"planned": "план", "loading": "завантаження", "on_the_way": "у дорозі", "done": "завершено"}
_KINDS = {
    "opening": "початкове сальдо",
    "charge": "реалізація",
    "payment": "оплата",
    "delivery": "доставка",
    "compensation": "компенсація",
    "correction": "коригування",
}
_STAGES = {
    "подано": "received",
    "затверджено": "accepted",
    "у роботі": "production",
    "на складі": "made",
    "відвантажено": "shipped",
    "передано": "delivered",
}
_HEAD = {"version": {"from": "мить", "unit": "us", "micros": True}, "happened_at": {"from": "мить", "unit": "us"}}
_KEY = {"prefix": "Л-"}
_PIECE = {"from": "позиція.ід", "prefix": "Л-"}

_PRODUCTION: dict[str, Any] = {
    "type": "вид",
    "records": {
        "покупець": {
            "to": "dealer",
            "fields": {
                **_HEAD,
                "key": "код",
                "code": "шифр",
                "name": "назва",
                "city": "місто",
                "address": "адреса",
                "phone": "телефон",
                "email": "пошта",
                "credit_limit": {"from": "ліміт", "default": None},
            },
        },
        "замовлення": {
            "to": "order",
            "fields": {
                **_HEAD,
                "key": {"from": "номер", **_KEY},
                "number": {"from": "номер", **_KEY},
                "dealer": "покупець",
                "received_at": {"from": "мить", "unit": "us"},
                "reference": "номер покупця",
                "client": "замовник",
                "product": "виріб",
                "promised_on": {"from": "обіцяно", "format": "%d.%m.%Y"},
            },
        },
        "стан": {
            "to": "order_status",
            "fields": {
                **_HEAD,
                "key": {"from": "замовлення", **_KEY},
                "stage": {"from": "стан", "words": {**_STAGES, "*": None}},
                "on_hold": {"from": "стан", "words": {"призупинено": True, "відновлено": False, "*": None}},
                "cancelled": {"from": "стан", "words": {"скасовано": True, "*": None}},
            },
        },
        "позиція": {
            "to": "construction",
            "fields": {
                **_HEAD,
                "key": _PIECE,
                "order": {"from": "замовлення", **_KEY},
                "position": "позиція.№",
                "quantity": "кількість.усього",
                "made": "кількість.виготовлено",
                "shipped": "кількість.відвантажено",
                "stage": {"from": "стан", "words": _STAGES},
                "kind": "позиція.тип",
                "title": "позиція.назва",
                "width": "розмір.ширина",
                "height": "розмір.висота",
                "colour": "колір",
                "glass": "склопакет",
                "hardware": "фурнітура",
                "scheme": {"scheme": "креслення"},
            },
        },
        "рейс": {
            "to": "shipment",
            "fields": {
                **_HEAD,
                "key": "рейс",
                "number": "рейс",
                "planned_on": {"from": "день", "format": "%d.%m.%Y"},
                "state": {"from": "фаза", "words": {word: phase for phase, word in _PHASES.items()}},
                "departed_at": {"from": "виїзд", "unit": "us", "default": None},
                "truck": "авто",
                "driver_name": "водій",
                "driver_phone": "телефон",
                "stops": {
                    "from": "зупинки",
                    "each": {
                        "dealer": "покупець",
                        "position": "черга",
                        "city": "місто",
                        "address": "адреса",
                        "geo": {"list": ["широта", "довгота"]},
                        "window_from": {"from": "від", "unit": "us"},
                        "window_to": {"from": "до", "unit": "us"},
                        "done_at": {"from": "прийнято", "unit": "us", "default": None},
                        "signed_by": {"from": "прийняв", "default": ""},
                    },
                },
                "items": {
                    "from": "вантаж",
                    "each": {
                        "order": {"from": "замовлення", **_KEY},
                        "construction": {"from": "позиція", "prefix": "Л-"},
                        "quantity": "шт",
                    },
                },
            },
        },
    },
}
_CHANGED = {
    "version": {"from": "changed_ms", "unit": "ms", "micros": True},
    "happened_at": {"from": "changed_ms", "unit": "ms"},
}
_BOOKS: dict[str, Any] = {
    "type": {"table": True},
    "records": {
        "partner": {"to": "dealer", "fields": {**_CHANGED, "key": "guid", "code": "code", "name": "title"}},
        "posting": {
            "to": "ledger_entry",
            "fields": {
                **_CHANGED,
                "key": {"from": "doc", "prefix": "P"},
                "dealer": "partner_guid",
                "kind": {"from": "doc_kind", "words": {word: kind for kind, word in _KINDS.items()}},
                "amount": {"from": "hryvnias", "factor": "-1"},  # their books have what we owe the dealer
                "currency": {"value": "UAH"},
                "booked_on": {"from": "day", "format": "%d.%m.%Y"},
                "order": {"from": "order_number", "default": None, "prefix": "Л-"},
                "claim": {"from": "basis", "default": ""},
                "client": {"from": "payer", "default": ""},
            },
        },
        "order_total": {
            "to": "price",
            "fields": {
                **_CHANGED,
                "key": {"from": "order_number", "prefix": "T"},
                "order": {"from": "order_number", "prefix": "Л-"},
                "amount": "total",
                "currency": {"value": "UAH"},
            },
        },
    },
}
_PRICES: dict[str, Any] = {
    "type": {"table": True},
    "records": {
        "ціни": {
            "to": "price",
            "fields": {
                "key": {"from": "позиція", "prefix": "Ц-"},
                "version": {"from": "змінено", "unit": "us", "micros": True},
                "happened_at": {"from": "змінено", "unit": "us"},
                "order": {"from": "замовлення", "prefix": "Л-"},
                "construction": {"from": "позиція", "prefix": "Л-"},
                "amount": "ціна",
                "currency": {"value": "UAH"},
            },
        },
    },
}
setups = (
    Setup(
        role="production",
        title="Луцьк, виробництво",
        kind="push",
        groups=("dealer", "identity", "stage", "construction", "delivery"),
        mapping=_PRODUCTION,
    ),
    Setup(
        role="books",
        title="Луцьк, бухгалтерія",
        kind="pull",
        groups=("money", "ledger"),
        mapping=_BOOKS,
        settings={"tables": {name: {"cursor": ["row"]} for name in ("partner", "order_total", "posting")}},
    ),
    Setup(role="prices", title="Луцьк, файли цін", kind="drop", groups=("price",), mapping=_PRICES),
)
tables = (
    "CREATE TABLE IF NOT EXISTS partner (row INTEGER PRIMARY KEY, guid TEXT, code TEXT, title TEXT, changed_ms BIGINT)",
    "CREATE TABLE IF NOT EXISTS posting (row INTEGER PRIMARY KEY, doc TEXT, partner_guid TEXT, doc_kind TEXT,"
    " hryvnias TEXT, day TEXT, order_number TEXT, basis TEXT, payer TEXT, changed_ms BIGINT)",
    "CREATE TABLE IF NOT EXISTS order_total (row INTEGER PRIMARY KEY, order_number TEXT, total TEXT,"
    " changed_ms BIGINT)",
)


def say(fact: Fact) -> list[Said]:
    """Raw records of a fact, system by system."""
    head = {"мить": micros(fact.at)}
    changed = {"changed_ms": micros(fact.at) // 1000}
    match fact:
        case DealerFact(firm=firm):
            buyer = {
                "код": f"ПК{firm.number:05d}",
                "шифр": firm.code,
                "назва": firm.name,
                "місто": firm.city,
                "адреса": firm.address,
                "телефон": firm.phone,
                "пошта": firm.email,
                "ліміт": str(firm.credit_limit),
            }
            row = {"guid": _guid(firm.number), "code": firm.code, "title": firm.name, **changed}
            return [Said("production", {"вид": "покупець", **head, **buyer}), Said("books", row, "partner")]
        case OrderFact():
            order = {
                "номер": str(fact.number),
                "покупець": f"ПК{fact.firm.number:05d}",
                "номер покупця": fact.reference,
                "замовник": fact.client,
                "виріб": fact.product,
                "обіцяно": fact.promised_on.strftime("%d.%m.%Y"),
            }
            return [Said("production", {"вид": "замовлення", **head, **order})]
        case StatusFact():
            state = {"замовлення": str(fact.number), "стан": _STATES[fact.word]}
            return [Said("production", {"вид": "стан", **head, **state})]
        case PieceFact():
            return [Said("production", {"вид": "позиція", **head, **_position(fact)})]
        case ShipmentFact():
            return [Said("production", {"вид": "рейс", **head, **_voyage(fact)})]
        case PriceFact(position=0):
            return [
                Said("books", {"order_number": str(fact.number), "total": str(fact.amount), **changed}, "order_total")
            ]
        case PriceFact():
            line = {"позиція": f"{fact.number}-{fact.position}", "замовлення": str(fact.number)}
            return [Said("prices", {**line, "ціна": str(fact.amount), "змінено": micros(fact.at)})]
        case MoneyFact():
            posting = {
                "doc": str(fact.entry),
                "partner_guid": _guid(fact.firm.number),
                "doc_kind": _KINDS[fact.kind],
                "hryvnias": str(-fact.amount),
                "day": fact.at.strftime("%d.%m.%Y"),
                "order_number": str(fact.order) if fact.order else None,
                "basis": fact.claim or None,
                "payer": fact.client or None,
            }
            return [Said("books", {**posting, **changed}, "posting")]


def _guid(number: int) -> str:
    return f"7f3c{number:08x}"


def _position(fact: PieceFact) -> Raw:
    piece = fact.piece
    shape = SHAPES[piece.shape]
    return {
        "замовлення": str(fact.number),
        "позиція": {
            "ід": f"{fact.number}-{piece.position}",
            "№": piece.position,
            "тип": shape.kind,
            "назва": shape.title,
        },
        "розмір": {"ширина": piece.width, "висота": piece.height},
        "колір": piece.colour,
        "склопакет": piece.glass,
        "фурнітура": piece.hardware,
        "кількість": {"усього": piece.quantity, "виготовлено": fact.made, "відвантажено": fact.shipped},
        "стан": _STATES[fact.word],
        "креслення": drawn(shape, piece.width, piece.height),
    }


def _voyage(fact: ShipmentFact) -> Raw:
    stops = [
        {
            "покупець": f"ПК{stop.firm.number:05d}",
            "черга": stop.position,
            "місто": stop.firm.city,
            "адреса": stop.firm.address,
            "широта": stop.firm.geo[0],
            "довгота": stop.firm.geo[1],
            "від": micros(stop.window[0]),
            "до": micros(stop.window[1]),
            **({"прийнято": micros(stop.done_at), "прийняв": stop.signed_by} if stop.done_at else {}),
        }
        for stop in fact.stops
    ]
    return {
        "рейс": f"Р-{fact.voyage}",
        "день": fact.planned_on.strftime("%d.%m.%Y"),
        "фаза": _PHASES[fact.word],
        "виїзд": micros(fact.departed_at) if fact.departed_at else None,
        "авто": fact.truck,
        "водій": fact.driver,
        "телефон": fact.phone,
        "зупинки": stops,
        "вантаж": [
            {"замовлення": str(load.number), "позиція": f"{load.number}-{load.position}", "шт": load.quantity}
            for load in fact.loads
        ],
    }

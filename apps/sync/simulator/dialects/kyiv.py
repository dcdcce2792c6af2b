"""Kyiv: English abbreviations, "K-100234", states in capitals, revisions in microseconds; books in kopecks."""

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

plant, title, city, geo = "kyiv", "Plant Kyiv", "Київ", (50.45, 30.52)

_STATES = {
    "accepted": "CONFIRMED",
    "production": "IN_WORK",
    "made": "READY",
    "shipped": "SENT",
    "delivered": "HANDED",
    "hold": "STOP",
    "resumed": "GO",
    "cancelled": "VOID",
}
_PHASES = {"planned": "PLAN", "loading": "LOAD", "on_the_way": "ROAD", "done": "END"}
_KINDS = {
    "opening": "OB",
    "charge": "INV",
    "payment": "PAY",
    "delivery": "DLV",
    "compensation": "CMP",
    "correction": "COR",
}
_STAGES = {
    "NEW": "received",
    "CONFIRMED": "accepted",
    "IN_WORK": "production",
    "READY": "made",
    "SENT": "shipped",
    "HANDED": "delivered",
}
_HEAD = {"version": "rev", "happened_at": "when"}

_PRODUCTION: dict[str, Any] = {
    "type": "doc",
    "records": {
        "CLIENT": {
            "to": "dealer",
            "fields": {
                **_HEAD,
                "key": "client_id",
                "code": "code",
                "name": "title",
                "city": "town",
                "address": "street",
                "phone": "tel",
                "email": "mail",
                "credit_limit": "limit",
            },
        },
        "ORDER": {
            "to": "order",
            "fields": {
                **_HEAD,
                "key": "no",
                "number": "no",
                "dealer": "client_id",
                "received_at": "entered",
                "reference": "ref",
                "client": "customer",
                "product": "goods",
                "promised_on": "wanted",
            },
        },
        "STATE": {
            "to": "order_status",
            "fields": {
                **_HEAD,
                "key": "no",
                "stage": {"from": "state", "words": {**_STAGES, "*": None}},
                "on_hold": {"from": "state", "words": {"STOP": True, "GO": False, "*": None}},
                "cancelled": {"from": "state", "words": {"VOID": True, "*": None}},
            },
        },
        "UNIT": {
            "to": "construction",
            "fields": {
                **_HEAD,
                "key": "uid",
                "order": "no",
                "position": "pos",
                "quantity": "qty",
                "made": "qty_done",
                "shipped": "qty_out",
                "stage": {"from": "state", "words": _STAGES},
                "kind": "type",
                "title": "name",
                "width": "w_mm",
                "height": "h_mm",
                "colour": "paint",
                "glass": "glazing",
                "hardware": "fittings",
                "scheme": {"scheme": "drawing"},
            },
        },
        "TRIP": {
            "to": "shipment",
            "fields": {
                **_HEAD,
                "key": "trip",
                "number": "trip",
                "planned_on": "day",
                "state": {
                    "from": "phase",
                    "words": {"PLAN": "planned", "LOAD": "loading", "ROAD": "on_the_way", "END": "done"},
                },
                "departed_at": {"from": "left", "default": None},
                "truck": "vehicle",
                "driver_name": "chauffeur",
                "driver_phone": "tel",
                "stops": {
                    "from": "points",
                    "each": {
                        "dealer": "client_id",
                        "position": "seq",
                        "city": "town",
                        "address": "street",
                        "geo": {"list": ["lat", "lon"]},
                        "window_from": "from",
                        "window_to": "till",
                        "done_at": {"from": "done", "default": None},
                        "signed_by": {"from": "receiver", "default": ""},
                    },
                },
                "items": {"from": "cargo", "each": {"order": "no", "construction": "uid", "quantity": "qty"}},
            },
        },
    },
}
_BOOKS: dict[str, Any] = {
    "type": {"table": True},
    "records": {
        "contractors": {
            "to": "dealer",
            "fields": {
                "key": "contractor_id",
                "version": {"from": "changed", "unit": "us", "micros": True},
                "happened_at": {"from": "changed", "unit": "us"},
                "code": "short",
                "name": "full_name",
            },
        },
        "operations": {
            "to": "ledger_entry",
            "fields": {
                "key": {"from": "op_id", "prefix": "op-"},
                "version": {"from": "changed", "unit": "us", "micros": True},
                "happened_at": {"from": "changed", "unit": "us"},
                "dealer": "contractor_id",
                "kind": {"from": "kind", "words": {word: kind for kind, word in _KINDS.items()}},
                "amount": {"from": "kopecks", "factor": "0.01"},
                "currency": {"value": "UAH"},
                "booked_on": "day",
                "order": {"from": "order_no", "default": None},
                "claim": {"from": "claim", "default": ""},
                "client": {"from": "payer", "default": ""},
            },
        },
        "invoices": {
            "to": "price",
            "fields": {
                "key": {"from": "order_no", "prefix": "inv-"},
                "version": {"from": "changed", "unit": "us", "micros": True},
                "happened_at": {"from": "changed", "unit": "us"},
                "order": "order_no",
                "amount": {"from": "kopecks", "factor": "0.01"},
                "currency": {"value": "UAH"},
            },
        },
    },
}
_PRICES: dict[str, Any] = {
    "type": {"table": True},
    "records": {
        "prices": {
            "to": "price",
            "fields": {
                "key": {"from": "unit", "prefix": "price-"},
                "version": {"from": "changed", "micros": True},
                "happened_at": "changed",
                "order": "order",
                "construction": "unit",
                "amount": "price",
                "currency": {"value": "UAH"},
            },
        },
    },
}
setups = (
    Setup(
        role="production",
        title="Kyiv, production",
        kind="push",
        groups=("dealer", "identity", "stage", "construction", "delivery"),
        mapping=_PRODUCTION,
    ),
    Setup(
        role="books",
        title="Kyiv, accounting",
        kind="pull",
        groups=("money", "ledger"),
        mapping=_BOOKS,
        settings={"tables": {name: {"cursor": ["row_id"]} for name in ("contractors", "invoices", "operations")}},
    ),
    Setup(role="prices", title="Kyiv, price files", kind="drop", groups=("price",), mapping=_PRICES),
)
tables = (
    "CREATE TABLE IF NOT EXISTS contractors (row_id INTEGER PRIMARY KEY, contractor_id TEXT, short TEXT,"
    " full_name TEXT, changed BIGINT)",
    "CREATE TABLE IF NOT EXISTS operations (row_id INTEGER PRIMARY KEY, op_id TEXT, contractor_id TEXT, kind TEXT,"
    " kopecks BIGINT, day TEXT, order_no TEXT, claim TEXT, payer TEXT, changed BIGINT)",
    "CREATE TABLE IF NOT EXISTS invoices (row_id INTEGER PRIMARY KEY, order_no TEXT, kopecks BIGINT, changed BIGINT)",
)


def say(fact: Fact) -> list[Said]:
    """Raw records of a fact, system by system."""
    head = {"rev": micros(fact.at), "when": fact.at.isoformat()}
    match fact:
        case DealerFact(firm=firm):
            client = {
                "client_id": f"P-{firm.number:04d}",
                "code": firm.code,
                "title": firm.name,
                "town": firm.city,
                "street": firm.address,
                "tel": firm.phone,
                "mail": firm.email,
                "limit": str(firm.credit_limit),
            }
            row = {
                "contractor_id": str(5000 + firm.number),
                "short": firm.code,
                "full_name": firm.name,
                "changed": micros(fact.at),
            }
            return [Said("production", {"doc": "CLIENT", **head, **client}), Said("books", row, "contractors")]
        case OrderFact():
            order = {
                "no": _no(fact.number),
                "client_id": f"P-{fact.firm.number:04d}",
                "entered": fact.at.isoformat(),
                "ref": fact.reference,
                "customer": fact.client,
                "goods": fact.product,
                "wanted": fact.promised_on.isoformat(),
            }
            return [Said("production", {"doc": "ORDER", **head, **order})]
        case StatusFact():
            return [Said("production", {"doc": "STATE", **head, "no": _no(fact.number), "state": _STATES[fact.word]})]
        case PieceFact():
            return [Said("production", {"doc": "UNIT", **head, **_unit(fact)})]
        case ShipmentFact():
            return [Said("production", {"doc": "TRIP", **head, **_trip(fact)})]
        case PriceFact(position=0):
            row = {"order_no": _no(fact.number), "kopecks": int(fact.amount * 100), "changed": micros(fact.at)}
            return [Said("books", row, "invoices")]
        case PriceFact():
            line = {"unit": _uid(fact.number, fact.position), "order": _no(fact.number)}
            return [Said("prices", {**line, "price": str(fact.amount), "changed": fact.at.isoformat()})]
        case MoneyFact():
            return [Said("books", _operation(fact), "operations")]


def _no(number: int) -> str:
    return f"K-{number}"


def _uid(number: int, position: int) -> str:
    return f"K-{number}/{position}"


def _unit(fact: PieceFact) -> Raw:
    piece = fact.piece
    shape = SHAPES[piece.shape]
    return {
        "uid": _uid(fact.number, piece.position),
        "no": _no(fact.number),
        "pos": piece.position,
        "type": shape.kind,
        "name": shape.title,
        "w_mm": piece.width,
        "h_mm": piece.height,
        "paint": piece.colour,
        "glazing": piece.glass,
        "fittings": piece.hardware,
        "qty": piece.quantity,
        "qty_done": fact.made,
        "qty_out": fact.shipped,
        "state": _STATES[fact.word],
        "drawing": drawn(shape, piece.width, piece.height),
    }


def _trip(fact: ShipmentFact) -> Raw:
    points = [
        {
            "client_id": f"P-{stop.firm.number:04d}",
            "seq": stop.position,
            "town": stop.firm.city,
            "street": stop.firm.address,
            "lat": stop.firm.geo[0],
            "lon": stop.firm.geo[1],
            "from": stop.window[0].isoformat(),
            "till": stop.window[1].isoformat(),
            **({"done": stop.done_at.isoformat(), "receiver": stop.signed_by} if stop.done_at else {}),
        }
        for stop in fact.stops
    ]
    cargo = [
        {"no": _no(load.number), "uid": _uid(load.number, load.position), "qty": load.quantity} for load in fact.loads
    ]
    return {
        "trip": f"KT-{fact.voyage}",
        "day": fact.planned_on.isoformat(),
        "phase": _PHASES[fact.word],
        "left": fact.departed_at.isoformat() if fact.departed_at else None,
        "vehicle": fact.truck,
        "chauffeur": fact.driver,
        "tel": fact.phone,
        "points": points,
        "cargo": cargo,
    }


def _operation(fact: MoneyFact) -> Raw:
    return {
        "op_id": str(fact.entry),
        "contractor_id": str(5000 + fact.firm.number),
        "kind": _KINDS[fact.kind],
        "kopecks": int(fact.amount * 100),
        "day": fact.at.date().isoformat(),
        "order_no": _no(fact.order) if fact.order else None,
        "claim": fact.claim or None,
        "payer": fact.client or None,
        "changed": micros(fact.at),
    }

"""What both doors to an order's tape answer with: the page's context, the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpResponse

from apps.core.htmx import Request
from apps.core.tables import as_table
from apps.crm.drawing.tape import KINDS, file_rows, file_titles
from apps.crm.forms.tape import read_tape, tape_query
from apps.crm.models import Order
from apps.crm.selectors.tape import tape_of

MOST_LINES = 20_000  # of a file


def tape_context(request: Request, order: Order, *, sees_money: bool) -> dict[str, Any]:
    asked = read_tape(request.GET)
    tape = tape_of(order, asked, user=request.user, sees_money=sees_money)
    return {
        "order": order,
        "tape": tape,
        "asked": asked,
        "kinds": [(kind, KINDS[kind]) for kind in tape.kinds],
        "query": tape_query(asked),
        "next_query": tape_query(asked, tape.next_key) if tape.next_key else "",
        "channel": f"dealer:{order.dealer_id}",
    }


def tape_file(request: Request, order: Order, kind: str, *, sees_money: bool) -> HttpResponse:
    """All lines that the page shows with this address, up to MOST_LINES, the newest first."""
    asked = replace(read_tape(request.GET), after="")
    tape = tape_of(order, asked, user=request.user, sees_money=sees_money, most=MOST_LINES)
    return as_table(kind, f"order-{order.number}-tape".replace("/", "-"), file_titles(), file_rows(tape.lines))

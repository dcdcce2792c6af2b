"""Short messages at the foot of the page, with Undo for ten seconds where something can be taken back."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

_LEVELS = {"success": messages.SUCCESS, "info": messages.INFO, "warning": messages.WARNING, "danger": messages.ERROR}


def toast(request: HttpRequest, text: str, *, kind: str = "success", undo_url: str = "") -> None:
    """Show `text` on the next whole page. Undo posts to `undo_url`."""
    messages.add_message(request, _LEVELS[kind], text, extra_tags=f"undo:{undo_url}" if undo_url else "")


def with_toast(response: HttpResponse, text: str, *, kind: str = "success", undo_url: str = "") -> HttpResponse:
    """Let the answer to htmx show `text` on the page that stays; other events of the answer are kept."""
    events = json.loads(response.headers.get("HX-Trigger", "{}"))
    events["toast"] = {"text": str(text), "kind": kind, "undo": undo_url}
    response["HX-Trigger"] = json.dumps(events)
    return response

"""What the views of writing share: finding the draft, and the sheet in which it is written."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.accounts.formatting import time_text
from apps.accounts.preferences import preferences_of
from apps.core.htmx import Request, render_page
from apps.messaging.forms.drafts import DraftForm
from apps.messaging.models import Draft, MailMerge, MailTemplate
from apps.messaging.selectors.sending import plain_only, public_keys, sending_accounts
from apps.messaging.services.composing import everybody
from apps.messaging.services.draft_language import asks_language_of


def own_draft(request: Request, draft_id: int) -> Draft:
    """The draft for its author alone; a sent one too."""
    return get_object_or_404(Draft.objects.visible_to(request.user).select_related("account", "sent"), pk=draft_id)


def render_draft(request: Request, draft: Draft, form: DraftForm | None = None, *, problem: str = "") -> HttpResponse:
    """The sheet: in the side sheet and on its own page the same."""
    form = form or DraftForm(user=request.user, draft=draft)
    addresses = everybody(draft)
    context = {
        "draft": draft,
        "form": form,
        "files": files_of(draft),
        "has_accounts": sending_accounts(request.user).exists(),
        "plain_for": plain_only(addresses, user=request.user),
        "may_encrypt": bool(public_keys(addresses, user=request.user)) or draft.is_encrypted,
        "templates": MailTemplate.objects.visible_to(request.user).in_use().order_by("category", "name", "pk"),
        "merge": _merge_of(draft),
        "problem": problem,
        "asked": None if draft.sent_id else asks_language_of(draft, user=request.user),
        "languages": settings.LANGUAGES,
        "title": title_of(draft),
    }
    status = 422 if (form.is_bound and form.errors) or problem else 200
    return render_page(request, "messaging/compose.html", context, fragment="compose", status=status)


def _merge_of(draft: Draft) -> dict[str, Any] | None:
    """Where it is the pattern of a merge: how many get it, and who is left out."""
    merge = MailMerge.objects.filter(draft=draft.pk).first()
    if merge is None:
        return None
    left_out = merge.recipients.exclude(error="").order_by("name", "pk")
    return {"id": merge.pk, "count": merge.recipients.filter(error="").count(), "left_out": left_out[:100]}


def title_of(draft: Draft) -> str:
    if draft.is_forward:
        return _("Pass on")
    return _("Reply") if draft.reply_to_id else _("New mail")


def files_of(draft: Draft) -> list[dict[str, Any]]:
    """Its files as the sheet lists them; pictures of the text are seen there."""
    rows = draft.attachments.filter(is_inline=False).select_related("file", "operation").order_by("position", "pk")
    return [
        {
            "row": row,
            "url": reverse("messaging:draft_file", args=[draft.pk, row.pk]) if row.file_id else "",
            "remove_url": reverse("messaging:draft_file_remove", args=[draft.pk, row.pk]),
            "size": row.file.size if row.file else None,
            "is_waiting": row.file_id is None and not row.error,
        }
        for row in rows
    ]


def told_saved(response: HttpResponse, request: Request, draft: Draft, **events: Any) -> HttpResponse:
    """Let the open sheet know which version it has now, and say when it was saved."""
    when = time_text(preferences_of(request.user), localtime(draft.modified_at))
    saved = {"id": draft.pk, "version": draft.version, "words": _("Saved at %(time)s") % {"time": when}}
    response["HX-Trigger"] = json.dumps({"draft-saved": saved, **events})
    return response

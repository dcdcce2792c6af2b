"""The way into writing: an address that any page may link to, with whom to, about which record, by which template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.htmx import Request, render_page, wants_fragment
from apps.messaging.forms.drafts import DraftForm
from apps.messaging.models import Draft
from apps.messaging.services.beginnings import Wish, begin
from apps.messaging.services.draft_language import answer_language
from apps.messaging.services.drafts import DraftChanged, DraftSent, save_draft
from apps.messaging.services.template_insertion import insert_template
from apps.messaging.views.drafting import own_draft, render_draft


@staff_required
@require_http_methods(["GET", "POST"])
def compose(request: Request) -> HttpResponse:
    """Begin a mail: `?to=&entity=&template=&document=&record=`. A GET shows the way, the POST it makes begins."""
    if request.method == "GET":
        return render_page(request, "messaging/compose_begin.html", {"title": _("New mail")}, fragment="begin")
    wish, problem = _wish(request), ""
    try:
        draft = begin(actor=request.user, wish=wish, now=clock.now())
    except ValidationError as error:  # the template can't be filled: whom to and about whom is kept
        problem = " ".join(error.messages)
        draft = begin(actor=request.user, wish=replace(wish, template="", document=""), now=clock.now())
    if wants_fragment(request):
        return render_draft(request, draft, problem=problem)
    return redirect("messaging:draft", draft_id=draft.pk)


@staff_required
@require_POST
def draft_template(request: Request, draft_id: int) -> HttpResponse:
    """Keep what was typed, then put the chosen template's words into the draft, filled with what it is about."""
    key = request.POST.get("template", "")

    def insert(draft: Draft) -> None:
        insert_template(actor=request.user, draft=draft, version=draft.version, key=key, now=clock.now())

    return _saved_and(request, draft_id, insert)


@staff_required
@require_POST
def draft_language(request: Request, draft_id: int) -> HttpResponse:
    """Keep what was typed, then write in the language that the contact is now known to read."""
    language = request.POST.get("contact_language", "")

    def answer(draft: Draft) -> None:
        answer_language(actor=request.user, draft=draft, language=language, now=clock.now())

    return _saved_and(request, draft_id, answer)


def _saved_and(request: Request, draft_id: int, act: Callable[[Draft], None]) -> HttpResponse:
    draft = own_draft(request, draft_id)
    form = DraftForm(request.POST, user=request.user, draft=draft)
    if not form.is_valid():
        return render_draft(request, draft, form)
    version = form.cleaned_data["version"]
    try:
        act(save_draft(actor=request.user, draft=draft, version=version, data=form.wanted(), now=clock.now()))
    except (DraftChanged, DraftSent) as refusal:
        return render_draft(request, draft, form, problem=str(refusal))
    except ValidationError as error:
        return render_draft(request, own_draft(request, draft_id), problem=" ".join(error.messages))
    return render_draft(request, own_draft(request, draft_id))


def _wish(request: Request) -> Wish:
    given = request.GET
    return Wish(
        to=given.getlist("to"),
        bcc=given.getlist("bcc"),
        subject=given.get("subject", ""),
        entity_id=_key(given.get("entity", "")),
        template=given.get("template", ""),
        document=given.get("document", ""),
        record_id=_key(given.get("record", "")),
        event=_key(given.get("event", "")),
    )


def _key(text: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)

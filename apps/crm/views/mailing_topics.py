"""What mailings are about, in the settings."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.decorators import door
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.setting_sheets import saved, show_sheet
from apps.crm.forms.mailings import TopicForm
from apps.crm.models import MailingTopic
from apps.crm.permissions.mailings import keeps_mailings
from apps.crm.services.mailings import one_click_trouble, signing_trouble
from apps.crm.services.mailings.topics import save_topic

mailings_required = door(keeps_mailings)


@mailings_required
@require_GET
def mailing_topics(request: Request) -> HttpResponse:
    rows = MailingTopic.objects.order_by("-is_active", "title", "pk")
    troubles = [each for each in (one_click_trouble(), signing_trouble()) if each]
    return render_page(
        request, "crm/mailing_topics.html", {"topics": rows, "troubles": troubles, "tabs": mailing_tabs("topics")}
    )


@mailings_required
@require_http_methods(["GET", "POST"])
def mailing_topic_add(request: Request) -> HttpResponse:
    return _sheet(request, None)


@mailings_required
@require_http_methods(["GET", "POST"])
def mailing_topic_edit(request: Request, topic_id: int) -> HttpResponse:
    return _sheet(request, get_object_or_404(MailingTopic, pk=topic_id))


def mailing_tabs(current: str) -> list[dict[str, object]]:
    """What the pages of mailings' settings stand side by side under."""
    tabs = (("topics", _("Topics"), "crm:mailing_topics"), ("kept", _("Who gets none"), "crm:suppressions"))
    return [{"title": title, "url": reverse(name), "is_current": key == current} for key, title, name in tabs]


def _sheet(request: Request, topic: MailingTopic | None) -> HttpResponse:
    form = TopicForm(request.POST or None, initial=TopicForm.initial_of(topic) if topic else None)
    back = reverse("crm:mailing_topics")
    if request.method == "POST" and form.is_valid():
        try:
            save_topic(actor=request.user, topic=topic, now=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return saved(request, back)
    return show_sheet(request, form, title=topic.title if topic else _("New topic"), back=back)

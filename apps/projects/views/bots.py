"""Programs of a group: its bots, addresses that take words, and who hears its events. For who manages it."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.form_errors import show_errors
from apps.core.htmx import Request, render_page
from apps.core.models import WebhookEndpoint
from apps.core.setting_sheets import saved, show_sheet
from apps.projects.doors import enter
from apps.projects.models import Bot, Group
from apps.projects.permissions import can_manage
from apps.projects.program_forms import BotForm, HookForm
from apps.projects.selectors.groups import title_of
from apps.projects.services import bots
from apps.projects.services.group_events import audience_of


@staff_required
@require_GET
def programs(request: Request, group_id: int) -> HttpResponse:
    group = managed(request, group_id)
    found = Bot.objects.visible_to(request.user).present().filter(membership__group=group)
    rows = found.select_related("membership").order_by("pk")
    context = {
        "group": group,
        "title": title_of(group, request.user),
        "bots": [each for each in rows if each.kind == Bot.Kind.API],
        "hooks": [each for each in rows if each.kind == Bot.Kind.HOOK],
        "receivers": WebhookEndpoint.objects.of(audience_of(group.pk)).order_by("pk"),
    }
    return render_page(request, "projects/programs.html", context, fragment="sheet")


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def bot_add(request: Request, group_id: int) -> HttpResponse:
    """Make a bot, and show its key this once."""
    return _add(request, managed(request, group_id), Bot.Kind.API, BotForm(request.POST or None))


@staff_required
@never_cache
@require_http_methods(["GET", "POST"])
def hook_add(request: Request, group_id: int) -> HttpResponse:
    """Make an incoming webhook, and show its address this once."""
    return _add(request, managed(request, group_id), Bot.Kind.HOOK, HookForm(request.POST or None))


@staff_required
@require_http_methods(["GET", "POST"])
def bot_edit(request: Request, group_id: int, member_id: int) -> HttpResponse:
    bot = _bot(request, group_id, member_id)
    before = {"name": bot.membership.display_name, "sign": bot.sign, "reads": bot.reads}
    form = (BotForm if bot.kind == Bot.Kind.API else HookForm)(request.POST or None, initial=before)
    back = reverse("projects:group", args=[group_id])
    if request.method == "POST" and form.is_valid():
        given = {"reads": False, **form.cleaned_data}
        bots.change_bot(actor=request.user, bot=bot, now=clock.now(), **given)
        return saved(request, back)
    return show_sheet(request, form, title=str(before["name"]), back=back)


@staff_required
@never_cache
@require_POST
def bot_key(request: Request, group_id: int, member_id: int) -> HttpResponse:
    """Another key in the place of the one before, shown this once."""
    bot = _bot(request, group_id, member_id)
    return _shown_once(request, bot, bots.renew_bot_key(actor=request.user, bot=bot, now=clock.now()))


def managed(request: Request, group_id: int) -> Group:
    """The group; 404 for who isn't in it, 403 for who doesn't manage it."""
    group, member = enter(request.user, group_id)
    if not can_manage(group, member):
        raise PermissionDenied
    return group


def _add(request: Request, group: Group, kind: Bot.Kind, form: HookForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        given = {"reads": False, **form.cleaned_data}
        try:
            bot, key = bots.make_bot(actor=request.user, group=group, kind=kind, now=clock.now(), **given)
        except ValidationError as error:
            show_errors(form, error)
        else:
            return _shown_once(request, bot, key)
    title = _("New bot") if kind == Bot.Kind.API else _("New incoming webhook")
    return show_sheet(request, form, title=title, back=reverse("projects:programs", args=[group.pk]))


def _shown_once(request: Request, bot: Bot, key: str) -> HttpResponse:
    group = bot.membership.group
    is_hook = bot.kind == Bot.Kind.HOOK
    path = reverse("hooks:hook", args=[key])
    context = {
        "title": bot.membership.display_name,
        "label": _("Address") if is_hook else _("Token"),
        "raw": f"{settings.RAPPORT_SITE_URL.rstrip('/')}{path}" if is_hook and settings.RAPPORT_SITE_URL else "",
        "is_hook": is_hook,
        "group": group,
        "back": reverse("projects:group", args=[group.pk]),
    }
    context["raw"] = context["raw"] or (request.build_absolute_uri(path) if is_hook else key)
    return render_page(request, "projects/shown_once.html", context, fragment="sheet")


def _bot(request: Request, group_id: int, member_id: int) -> Bot:
    group = managed(request, group_id)
    found = Bot.objects.visible_to(request.user).present().select_related("membership__group", "membership__user")
    return get_object_or_404(found, pk=member_id, membership__group=group)

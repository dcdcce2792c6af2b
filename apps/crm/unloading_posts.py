"""What a phone posts of an unloading, answered act by act: `acts`, a JSON list, and pictures as files `file-KEY`."""

from __future__ import annotations

import msgspec
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from apps.core import clock
from apps.crm.selectors.delivery_days import DeliveryDay
from apps.crm.services.unloading import MOST_AT_ONCE, Hand, take_acts

_FILE = "file-"


def answer_acts(request: HttpRequest, *, hand: Hand, delivery: DeliveryDay) -> JsonResponse:
    """{"answers": [{"key", "state", "reason"}]} in the order of the acts; 400 for what is no list of acts."""
    try:
        acts = msgspec.json.decode(request.POST.get("acts", ""))
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        acts = None
    if not isinstance(acts, list) or len(acts) > MOST_AT_ONCE:
        return JsonResponse({"reason": _("This could not be understood.")}, status=400)
    uploads = {
        name.removeprefix(_FILE): file
        for name, file in request.FILES.items()
        if name.startswith(_FILE) and not isinstance(file, list)
    }
    answers = take_acts(hand=hand, delivery=delivery, acts=acts, uploads=uploads, now=clock.now())
    told = [{"key": each.key, "state": each.state, "reason": each.reason} for each in answers]
    return JsonResponse({"answers": told})

"""The list of mail: boxes, search, the number of unread ones; and what is done to several threads at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.core import clock
from apps.core.frame import draw_number
from apps.core.htmx import Request, render_page
from apps.messaging.addresses import address_of
from apps.messaging.selectors.boxes import BOXES, INBOX, SHARED, TRASH
from apps.messaging.selectors.mail_search import search_page
from apps.messaging.selectors.mailbox import Mailbox, mailboxes_of, page_of
from apps.messaging.selectors.trash import trash_page
from apps.messaging.selectors.unread import unread_threads

LIST = "messaging/mail.html"


@staff_required
@require_GET
def mail(request: Request) -> HttpResponse:
    """One box of one or all of the reader's mailboxes, or what was found; further pages come as one scrolls."""
    box = request.GET.get("box", INBOX)
    if box not in BOXES:
        raise Http404
    mailboxes = mailboxes_of(request.user)
    account = _account(request, mailboxes)
    wanted = " ".join(request.GET.get("q", "").split())[:200]
    after = request.GET.get("after", "")
    if wanted:
        zone: Any = get_current_timezone()
        page = search_page(wanted, user=request.user, mailboxes=mailboxes, zone=zone, account=account, after=after)
    elif box == TRASH:
        page = trash_page(mailboxes=mailboxes, among=[account] if account else list(mailboxes), after=after)
    else:
        among = [account] if account else mailboxes
        page = page_of(box, user=request.user, mailboxes=mailboxes, among=among, now=clock.now(), after=after)
    asked = {"box": box if box != INBOX else "", "account": account or "", "q": wanted}
    query = urlencode({key: value for key, value in asked.items() if value})
    context = {
        "page": page,
        "box": BOXES[box],
        "boxes": _links(box, account, wanted),
        "account": account,
        "accounts": _account_links(mailboxes, box, account, wanted),
        "mailboxes": mailboxes,
        "show_mailbox": len(mailboxes) > 1 and account is None,
        "q": wanted,
        "query": query,
        "after_query": f"{query}&" if query else "",
        "reader": request.user,
        "may_act": not wanted and (BOXES[box].condition is not None or box == TRASH),
        "new_mailbox_url": address_of("messaging:account_add") if not mailboxes else "",
        "compose_url": address_of("messaging:compose") if mailboxes else "",
    }
    return render_page(request, LIST, context, fragment="mail-page" if after else "mail-list")


@staff_required
@never_cache
@require_GET
def unread_number(request: Request) -> HttpResponse:
    """The number beside "Mail" alone, for a page that has heard of news: counted anew."""
    unread_threads(request.user, fresh=True)
    return HttpResponse(draw_number("mail", request.user))


def _account(request: Request, mailboxes: dict[int, Mailbox]) -> int | None:
    wanted = request.GET.get("account", "")
    if not wanted:
        return None
    if not wanted.isdecimal() or len(wanted) > 18 or int(wanted) not in mailboxes:
        raise Http404
    return int(wanted)


def _links(current: str, account: int | None, wanted: str) -> list[dict[str, Any]]:
    """The boxes as tabs; none is current while one searches, since a search looks into all of them."""
    home = reverse("messaging:mail")
    shown = []
    for key, box in BOXES.items():
        asked = {"box": key, **({"account": account} if account and key != SHARED else {})}
        shown.append(
            {
                "title": box.title,
                "url": f"{home}?{urlencode(asked)}",
                "icon": box.icon,
                "is_current": key == current and not wanted,
            }
        )
    return shown


def _account_links(mailboxes: dict[int, Mailbox], box: str, current: int | None, wanted: str) -> list[dict[str, Any]]:
    if len(mailboxes) < 2:
        return []
    home, kept = reverse("messaging:mail"), {"box": box, **({"q": wanted} if wanted else {})}
    rows = [{"title": _("All mailboxes"), "url": f"{home}?{urlencode(kept)}", "is_current": current is None}]
    rows += [
        {
            "title": mailbox.address,
            "url": f"{home}?{urlencode({**kept, 'account': pk})}",
            "is_current": pk == current,
            "mailbox": mailbox,
        }
        for pk, mailbox in mailboxes.items()
    ]
    return rows


def threads_changed(count: int) -> str:
    return ngettext("%(count)d thread was changed.", "%(count)d threads were changed.", count) % {"count": count}

"""The demo's people in the portal: the owner of a firm, one of their employees, and the owner of another firm."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q

from apps.accounts.models import User
from apps.accounts.services.users import create_user
from apps.crm.list_news import HOME_KEY
from apps.crm.models import Dealer, DealerFeedKey, DealerUser, Status
from apps.crm.services.dealer_feed.keys import PREFIX, digest_of
from apps.crm.services.dealer_feed.noting import note_opened
from apps.crm.services.summaries import choose_summary
from apps.crm.services.visits import note_visit

DOMAIN = "demo.rapport.example"
_OPEN = Q(orders__state__status__in=[Status.PRODUCTION, Status.PARTLY_MADE, Status.MADE, Status.SHIPPED])


def open_portal(*, password: str, now: datetime) -> None:
    """Let them in at the firms where most is going on; each plant's busiest one first."""
    busy = Dealer.objects.annotate(open=Count("orders", filter=_OPEN)).order_by("-open", "pk")
    first = busy.first()
    if first is None:
        return
    second = busy.exclude(pk=first.pk).exclude(plant_ids__overlap=first.plant_ids).first() or first
    _let_in("dealer", "Тарас Вікно", first, DealerUser.Role.OWNER, password, now)
    _give_key(first, f"{PREFIX}{password}", now)
    _let_in("dealer-employee", "Леся Вікно", first, DealerUser.Role.EMPLOYEE, password, now)
    _let_in("dealer2", "Paweł Okno", second, DealerUser.Role.OWNER, password, now)


def _give_key(dealer: Dealer, raw: str, now: datetime) -> None:
    """One that whoever starts the demo knows, as they know the passwords: docs/howto/dealer-feed.md."""
    values = {"dealer": dealer, "name": "Бухгалтерія", "hint": raw[:9], "sees_money": True, "created_at": now}
    DealerFeedKey.objects.get_or_create(digest=digest_of(raw), defaults=values)
    note_opened(dealer.pk, now=now)


def _let_in(login: str, name: str, dealer: Dealer, role: str, password: str, now: datetime) -> None:
    email = f"{login}@{DOMAIN}"
    user = User.objects.filter(email=email).first() or create_user(
        actor=None, email=email, name=name, roles=["dealer"], now=now, password=password
    )
    DealerUser.objects.get_or_create(
        user=user, defaults={"dealer": dealer, "role": role, "name": name, "email": email, "created_at": now}
    )
    # They were here yesterday, so that Home has something to say of what changed since.
    note_visit(actor=user, key=HOME_KEY, seen_at=now - timedelta(days=1))
    choose_summary(actor=user, wanted=True, now=now)

"""`/dealers`: those whose contact the token's user sees."""

from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from apps.accounts.api_auth import needs_scope
from apps.core.api import PROBLEMS
from apps.crm.api.shared import Paged, asking, page_by_id
from apps.crm.models import Dealer, Plant

router = Router(tags=["orders"])


class DealerFilters(Paged):
    q: str = Field("", max_length=200, description="Part of a name or code")


class DealerOut(Schema):
    id: int
    code: str
    name: str
    city: str
    is_active: bool
    plants: list[str]
    manager: str = Field(description="The account manager's name")
    contact_id: int


class DealerPage(Schema):
    items: list[DealerOut]
    next: str | None = Field(description="The `after` of the next page; null at the end")


@router.get("", response={200: DealerPage, **PROBLEMS}, summary="List dealers")
@needs_scope("orders:read")
def list_dealers(request: HttpRequest, wanted: Query[DealerFilters]) -> DealerPage:
    found = Dealer.objects.visible_to(asking(request))
    if wanted.q:
        found = found.filter(Q(name__icontains=wanted.q) | Q(code__icontains=wanted.q))
    rows, next_key = page_by_id(found, wanted)
    keys = dict(Plant.objects.values_list("pk", "key"))
    return DealerPage(items=[_out(each, keys) for each in rows], next=next_key)


def _out(dealer: Dealer, keys: dict[int, str]) -> DealerOut:
    return DealerOut(
        **{name: getattr(dealer, name) for name in ("id", "code", "name", "city", "is_active")},
        plants=[keys[pk] for pk in dealer.plant_ids if pk in keys],
        manager=dealer.manager_name,
        contact_id=dealer.entity_id,
    )

"""An order that turned out to be another dealer's: what bears the dealer's id beside it follows."""

from __future__ import annotations

from collections.abc import Collection

from apps.crm.services.feed.staging import run

_CHILDREN = (
    *("crm_orderstate", "crm_ordermoney", "crm_construction", "crm_constructionprice", "crm_constructionphoto"),
    *("crm_orderevent", "crm_shipmentitem", "crm_promise"),
)
_SHOWN = """
UPDATE activities_activity a SET shown_to_id = d.entity_id
FROM crm_order o JOIN crm_dealer d ON d.id = o.dealer_id
WHERE a.context_type = 'crm.order' AND a.context_id = o.id AND a.kind = 'order' AND o.id = ANY(%s)
"""
_LINKED = """
UPDATE activities_activityentity l SET entity_id = a.shown_to_id FROM activities_activity a
WHERE l.activity_id = a.id AND l.role = 'subject' AND a.context_type = 'crm.order' AND a.kind = 'order'
    AND a.context_id = ANY(%s)
"""
_STOPS = """
UPDATE crm_shipmentitem i SET stop_id = (
    SELECT t.id FROM crm_shipmentstop t WHERE t.shipment_id = i.shipment_id AND t.dealer_id = i.dealer_id
    ORDER BY t.position LIMIT 1
) WHERE i.order_id = ANY(%s)
"""
_UNLINK = """
UPDATE crm_ledgerentry e SET order_id = NULL FROM crm_order o
WHERE e.order_id = o.id AND o.id = ANY(%s) AND e.dealer_id <> o.dealer_id
"""


def move(order_ids: Collection[int]) -> None:
    """Let all that belongs to these orders bear the dealer that they bear."""
    if not order_ids:
        return
    ids = list(order_ids)
    for table in _CHILDREN:
        run(
            f"UPDATE {table} t SET dealer_id = o.dealer_id FROM crm_order o"  # noqa: S608  our own names
            " WHERE t.order_id = o.id AND o.id = ANY(%s) AND t.dealer_id <> o.dealer_id",
            [ids],
        )
    run(_STOPS, [ids])
    run(_UNLINK, [ids])
    run(_SHOWN, [ids])
    run(_LINKED, [ids])
    run("SELECT rapport_stamp_activities(d.entity_id) FROM crm_order o JOIN crm_dealer d ON d.id = o.dealer_id"
        " WHERE o.id = ANY(%s)", [ids])  # fmt: skip

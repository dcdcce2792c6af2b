"""Pictures of who is tied to whom: the organisation chart, and the graph of a contact's neighbourhood."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from apps.accounts.decorators import staff_required
from apps.contacts.selectors.chart import chart_of
from apps.contacts.selectors.drawing import draw
from apps.contacts.selectors.graph import MOST_KNOTS, graph_of
from apps.contacts.views.lookups import forwarded, visible_entity
from apps.core import clock
from apps.core.htmx import Request, render_page


@staff_required
@require_GET
def entity_chart(request: Request, entity_id: int) -> HttpResponse:
    """Who stands above this contact and who below."""
    entity = visible_entity(request, entity_id)
    if away := forwarded(entity):
        return away
    chart = chart_of(entity, user=request.user, today=timezone.localdate(clock.now()))
    context = {
        "entity": entity,
        "root": chart.root,
        "is_cut": chart.is_cut,
        "drawing": draw(chart.root),
        "most": MOST_KNOTS,
    }
    return render_page(request, "contacts/settings/chart.html", context)


@staff_required
@require_GET
def entity_graph(request: Request, entity_id: int) -> HttpResponse:
    """Everybody within two steps of this contact."""
    entity = visible_entity(request, entity_id)
    if away := forwarded(entity):
        return away
    graph = graph_of(entity, user=request.user, today=timezone.localdate(clock.now()))
    context = {
        "entity": entity,
        "root": graph.root,
        "side_ties": graph.side_ties,
        "is_cut": graph.is_cut,
        "drawing": draw(graph.root, graph.side_ties),
        "most": MOST_KNOTS,
    }
    return render_page(request, "contacts/settings/graph.html", context)

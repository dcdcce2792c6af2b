"""The HTTP API under /api/v1/: joins the routers of the apps; the schema at openapi.json, a page at docs/."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from apps.accounts.api_auth import TokenAuth
from apps.activities.api import activities, meetings, tasks
from apps.contacts.api import router as contacts
from apps.core.api import install_problems
from apps.crm.api import (
    campaigns,
    claims,
    dealer_feed,
    dealers,
    decisions,
    hand_overs,
    journeys,
    ledger,
    opportunities,
    orders,
    sequences,
    shipments,
)
from apps.messaging.api import calls, messages, voicemails
from apps.projects.api import files as group_files
from apps.projects.api import groups, projects
from apps.projects.api import messages as group_messages
from apps.sync.api import router as feeds


class _Api(NinjaAPI):
    """Makes its schema once: that takes half a second, and everybody may ask for it."""

    @cached_property
    def _schema(self) -> OpenAPISchema:
        return super().get_openapi_schema()

    def get_openapi_schema(self, **_where: Any) -> OpenAPISchema:
        return self._schema


api = _Api(
    title="Rapport",
    version="1",
    description=(
        "Contacts, history, tasks, meetings, mail, groups, projects and dealers' orders of a Rapport server. "
        "Make a token under Preferences, API tokens."
    ),
    auth=TokenAuth(),
    docs_url=None,
    urls_namespace="api",
)
install_problems(api)
api.add_router("/contacts", contacts)
api.add_router("/activities", activities)
api.add_router("/tasks", tasks)
api.add_router("/meetings", meetings)
api.add_router("/calls", calls)
api.add_router("/voicemails", voicemails)
api.add_router("/messages", messages)
api.add_router("/groups", group_messages)  # before the groups: its search is no id
api.add_router("/groups", groups)
api.add_router("/groups", group_files)
api.add_router("/projects", projects)
api.add_router("/feeds", feeds)
api.add_router("/feed", dealer_feed.router)
api.add_router("/decisions", decisions.router)
for _name, _part in {
    "orders": orders,
    "dealers": dealers,
    "shipments": shipments,
    "ledger": ledger,
    "claims": claims,
    "journeys": journeys,
    "sequences": sequences,
    "opportunities": opportunities,
    "hand-overs": hand_overs,
    "campaigns": campaigns,
}.items():
    api.add_router(f"/{_name}", _part.router)


@login_required
@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """What the schema says, as a page without scripts of others."""
    schema: dict[str, Any] = api.get_openapi_schema()
    routes = [
        {"method": method.upper(), "path": path, **operation}
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    ]
    return render(request, "core/api_docs.html", {"schema": schema, "routes": routes})

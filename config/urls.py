"""The addresses of the house, app by app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from apps.projects.urls import hook_patterns
from config.api import api, docs

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("apps.core.page_urls")),
    path("", include("apps.core.urls")),
    path("accounts/", include("apps.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("contacts/", include("apps.messaging.urls.contact_sheets")),
    path("contacts/", include("apps.contacts.urls")),
    path("activities/", include("apps.activities.urls")),
    path("mail/", include("apps.messaging.urls")),
    path("crm/", include("apps.crm.urls")),
    path("projects/", include("apps.projects.urls")),
    path("hooks/", include(hook_patterns)),
    path("portal/", include("apps.crm.portal.urls")),
    path("guest/", include("apps.projects.guest.urls", namespace="guest")),
    path("d/", include("apps.crm.urls.day_links")),
    path("unsubscribe/", include("apps.crm.urls.mailing_links")),
    path("m/", include("apps.crm.urls.mail_links")),
    path("sync/", include("apps.sync.urls")),
    path(".well-known/", include("apps.sync.urls.well_known")),
    path("api/v1/docs/", docs, name="api_docs"),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
]

handler500 = "apps.core.pages.server_error"

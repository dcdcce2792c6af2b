from django.urls import URLPattern, URLResolver, include, path

from apps.core.views import health, operations

app_name = "core"
urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("operations/", operations.operations, name="operations"),
    path("operations/<int:operation_id>/", operations.operation, name="operation"),
    path("operations/<int:operation_id>/undo/", operations.operation_undo, name="operation_undo"),
    path("operations/<int:operation_id>/cancel/", operations.operation_cancel, name="operation_cancel"),
    path("", include("apps.core.listing_urls")),
]

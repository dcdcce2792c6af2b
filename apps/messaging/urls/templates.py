from django.urls import URLPattern, path

from apps.messaging.views import documents

urlpatterns: list[URLPattern] = [
    path("documents/<int:operation_id>/", documents.document, name="document"),
    path("documents/<int:operation_id>/document.pdf", documents.document_pdf, name="document_file"),
    path("documents/contact/<int:entity_id>/<slug:key>/", documents.contact_document, name="contact_document"),
]

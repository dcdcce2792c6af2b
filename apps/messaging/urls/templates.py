from django.urls import URLPattern, path

from apps.messaging.views import documents, template_pages, template_preview

_T = "templates/<int:template_id>/"
urlpatterns: list[URLPattern] = [
    path("templates/", template_pages.template_list, name="templates"),
    path("templates/new/", template_pages.template_add, name="template_add"),
    path(_T, template_pages.template, name="template"),
    path(f"{_T}settings/", template_pages.template_settings, name="template_settings"),
    path(f"{_T}preview/", template_preview.template_preview, name="template_preview"),
    path(f"{_T}copy/", template_pages.template_copy, name="template_copy"),
    path(f"{_T}retire/", template_pages.template_retire, name="template_retire"),
    path(f"{_T}restore/", template_pages.template_restore, name="template_restore"),
    path(
        f"{_T}versions/<int:version_id>/restore/",
        template_pages.template_version_restore,
        name="template_version_restore",
    ),
    path("documents/<int:operation_id>/", documents.document, name="document"),
    path("documents/<int:operation_id>/document.pdf", documents.document_pdf, name="document_file"),
    path("documents/contacts/", documents.contacts_document, name="contacts_document"),
    path("documents/contact/<int:entity_id>/<slug:key>/", documents.contact_document, name="contact_document"),
]

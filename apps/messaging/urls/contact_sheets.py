"""The customer sheet, beside the contact that it is of."""

from django.urls import URLPattern, path

from apps.messaging.views import contact_sheets

app_name = "customer_sheet"
urlpatterns: list[URLPattern] = [path("<int:entity_id>/sheet/", contact_sheets.contact_sheet, name="sheet")]

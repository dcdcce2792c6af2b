from django.urls import URLPattern, path

from apps.crm.views import dealers, kept

urlpatterns: list[URLPattern] = [
    path("kept-pages/", kept.kept_pages, name="kept_pages"),
    path("dealers/", dealers.dealer_list, name="dealer_list"),
    path("dealers/pick/", dealers.dealer_pick, name="dealer_pick"),
    path("dealers/leave/", dealers.dealer_leave, name="dealer_leave"),
    path("dealers/<int:dealer_id>/", dealers.dealer, name="dealer"),
    path("dealers/<int:dealer_id>/view-as/", dealers.dealer_view_as, name="dealer_view_as"),
]

from django.urls import URLPattern, path

from apps.messaging.views import account_sign_in as sign_in
from apps.messaging.views import accounts as views

urlpatterns: list[URLPattern] = [
    path("accounts/", views.account_list, name="accounts"),
    path("accounts/add/", views.account_add, name="account_add"),
    path("accounts/try/", sign_in.account_try, name="account_try"),
    path("accounts/signed-in/", sign_in.account_signed_in, name="account_signed_in"),
    path("accounts/<int:account_id>/", views.account_page, name="account"),
    path("accounts/<int:account_id>/edit/", views.account_edit, name="account_edit"),
    path("accounts/<int:account_id>/test/", sign_in.account_test, name="account_test"),
    path("accounts/<int:account_id>/folders/", views.account_folders, name="account_folders"),
    path("accounts/<int:account_id>/fetch/", views.account_fetch, name="account_fetch"),
    path("accounts/<int:account_id>/measure/", views.account_measure, name="account_measure"),
    path("accounts/<int:account_id>/fetch-missing/", views.account_fetch_missing, name="account_fetch_missing"),
    path("accounts/<int:account_id>/close/", views.account_close, name="account_close"),
    path("accounts/<int:account_id>/reopen/", views.account_reopen, name="account_reopen"),
    path("accounts/<int:account_id>/sign-in/", sign_in.account_sign_in, name="account_sign_in"),
]

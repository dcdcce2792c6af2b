from django.urls import URLPattern, path

from apps.accounts.views import audit, preferences, security, tokens, users

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("preferences/", preferences.preferences, name="preferences"),
    path("security/", security.security, name="security"),
    # In front of allauth's page of the same path, on which users could change the address they sign in with.
    path("email/", security.email, name="email"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.token_create, name="token_create"),
    path("tokens/<int:token_id>/revoke/", tokens.token_revoke, name="token_revoke"),
    path("audit/", audit.audit, name="audit"),
    path("users/", users.users, name="users"),
    path("users/pick/", users.user_pick, name="user_pick"),
    path("users/new/", users.user_create, name="user_create"),
    path("users/<int:user_id>/", users.user, name="user"),
    path("users/<int:user_id>/deactivate/", users.user_deactivate, name="user_deactivate"),
    path("users/<int:user_id>/reactivate/", users.user_reactivate, name="user_reactivate"),
    path("users/<int:user_id>/invite/", users.user_invite, name="user_invite"),
    path("users/<int:user_id>/sign-out/", users.user_sign_out, name="user_sign_out"),
]

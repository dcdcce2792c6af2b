from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = _("Users")

    def ready(self) -> None:
        from apps.accounts import permissions, receivers
        from apps.core.contributions import MenuItem, menu

        receivers.connect()

        def everyone(user: object) -> bool:
            return bool(getattr(user, "is_authenticated", False))

        for position, (key, title, url_name, icon, may_see, section) in enumerate(
            (
                (
                    "preferences",
                    _("Preferences"),
                    "accounts:preferences",
                    "adjustments",
                    everyone,
                    "/accounts/preferences/",
                ),
                ("security", _("Security"), "accounts:security", "shield-lock", everyone, "/accounts/security/"),
                ("sessions", _("Sessions"), "usersessions_list", "devices", everyone, "/accounts/sessions/"),
                ("tokens", _("API tokens"), "accounts:tokens", "key", permissions.can_hold_tokens, "/accounts/tokens/"),
                ("users", _("Users"), "accounts:users", "users", permissions.can_change_settings, "/accounts/users/"),
                ("audit", _("Audit"), "accounts:audit", "history", permissions.can_read_audit, "/accounts/audit/"),
                ("admin", _("Administration"), "admin:index", "database-cog", permissions.is_admin, "/admin/"),
            )
        ):
            menu.register(
                f"settings.{key}", MenuItem("settings", title, url_name, icon, may_see, section), position=10 + position
            )

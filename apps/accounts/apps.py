from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "apps.accounts"
    label = "accounts"
    verbose_name = _("Users")

    def ready(self) -> None:
        from allauth.mfa.models import Authenticator

        from apps.accounts import permissions, receivers
        from apps.accounts.views import lists
        from apps.core.contributions import EncryptedColumn, MenuItem, encrypted_columns, menu, roles, staff
        from apps.core.listing import ListingEntry, listings

        receivers.connect()
        encrypted_columns.register(
            "mfa.authenticator.data", EncryptedColumn(Authenticator, "data", json_keys=("secret", "seed"))
        )

        def everyone(user: object) -> bool:
            return bool(getattr(user, "is_authenticated", False))

        staff.register("accounts", permissions.is_staff_member)
        roles.register("accounts", permissions.home_roles)
        for position, (place, key, title, url_name, icon, may_see) in enumerate(
            (
                ("user", "preferences", _("Preferences"), "accounts:preferences", "adjustments", everyone),
                ("user", "security", _("Security"), "accounts:security", "shield-lock", everyone),
                ("user", "sessions", _("Sessions"), "usersessions_list", "devices", everyone),
                ("user", "tokens", _("API tokens"), "accounts:tokens", "key", permissions.can_hold_tokens),
                ("settings", "users", _("Users"), "accounts:users", "users", permissions.can_change_settings),
                ("settings", "audit", _("Audit"), "accounts:audit", "history", permissions.can_read_audit),
                ("settings", "admin", _("Administration"), "admin:index", "database-cog", permissions.is_admin),
            )
        ):
            item = MenuItem(place, title, url_name, icon, may_see)
            menu.register(f"accounts.{key}", item, position=200 + position)
        for listing in (lists.users_listing, lists.tokens_listing, lists.audit_listing):
            listings.register(f"accounts.{listing.__name__.removesuffix('_listing')}", ListingEntry(listing))

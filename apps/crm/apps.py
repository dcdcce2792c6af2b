from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CrmConfig(AppConfig):
    name = "apps.crm"
    label = "crm"
    verbose_name = _("Customers")

    def ready(self) -> None:
        from apps.crm import contributions, merge_contributions, receivers

        contributions.register()
        merge_contributions.register()
        receivers.connect()

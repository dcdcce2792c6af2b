from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    name = "apps.sync"
    label = "sync"
    verbose_name = _("Synchronisation")

    def ready(self) -> None:
        from apps.sync import contributions, merge_contributions, receivers

        contributions.register()
        merge_contributions.register()
        receivers.connect()

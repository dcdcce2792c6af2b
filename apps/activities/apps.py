from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "apps.activities"
    label = "activities"
    verbose_name = _("History")

    def ready(self) -> None:
        from apps.activities import contributions, merge_contributions, receivers

        receivers.connect()
        contributions.register()
        merge_contributions.register()

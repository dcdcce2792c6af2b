from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MessagingConfig(AppConfig):
    name = "apps.messaging"
    label = "messaging"
    verbose_name = _("Mail")

    def ready(self) -> None:
        from apps.messaging import contributions, merge_contributions

        contributions.register()
        merge_contributions.register()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "apps.projects"
    label = "projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        from apps.projects import (
            contributions,
            guest_contributions,
            merge_contributions,
            program_contributions,
            project_contributions,
            receivers,
        )

        contributions.register()
        guest_contributions.register()
        merge_contributions.register()
        project_contributions.register()
        program_contributions.register()
        receivers.connect()

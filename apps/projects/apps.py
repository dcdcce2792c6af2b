from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    name = "apps.projects"
    label = "projects"
    verbose_name = _("Projects")

    def ready(self) -> None:
        from apps.projects import contributions, guest_contributions, project_contributions

        contributions.register()
        guest_contributions.register()
        project_contributions.register()

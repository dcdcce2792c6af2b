from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "apps.activities"
    label = "activities"
    verbose_name = _("History")

    def ready(self) -> None:
        from apps.activities import receivers, views
        from apps.activities.models import Activity
        from apps.core.contributions import Panel, Undoer, panels, undoers, verbs

        receivers.connect()
        panels.register(
            "timeline", Panel("contact", "timeline", _("History"), views.timeline_panel, "history"), position=10
        )
        panels.register(
            "activity", Panel("contacts", "tab", _("Activity"), views.activity_panel, "history"), position=20
        )
        undoers.register("activities.activity", Undoer(Activity))
        for verb, title in {
            "activity.edited": _("History entry edited"),
            "activity.removed": _("History entry removed"),
        }.items():
            verbs.register(verb, title)

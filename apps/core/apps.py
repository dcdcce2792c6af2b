from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from apps.core import checks, gallery, permissions  # noqa: F401  checks register themselves
        from apps.core.contributions import (
            EncryptedColumn,
            MenuItem,
            encrypted_columns,
            live,
            menu,
            operation_runners,
            transports,
            verbs,
            works_in_house,
        )
        from apps.core.mail import site_connection
        from apps.core.models import WebhookEndpoint
        from apps.core.services import operations, reports

        live.register("user", permissions.may_hear_user)
        live.register("operation", permissions.may_hear_operation)
        operation_runners.register(operations.UNDO_VERB, operations.run_undo)
        transports.register("site", site_connection)
        encrypted_columns.register("core.webhook.secret", EncryptedColumn(WebhookEndpoint, "secret"))
        verbs.register(operations.UNDO_VERB, _("Undo"))
        menu.register(
            "operations",
            MenuItem(
                place="user",
                title=_("What I did"),
                url_name="core:operations",
                icon="history",
                may_see=works_in_house,
            ),
        )
        operation_runners.register(reports.VERB, reports.run_counting)
        verbs.register(reports.VERB, _("Report counted"))
        operation_runners.register(reports.PAPER, reports.run_paper)
        verbs.register(reports.PAPER, _("Report made as a PDF"))
        entry = MenuItem("main", _("Reports"), "core:reports", "report-analytics", works_in_house, "/reports/")
        menu.register("reports", entry, position=80)
        gallery.register()

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactsConfig(AppConfig):
    name = "apps.contacts"
    label = "contacts"
    verbose_name = _("Contacts")

    def ready(self) -> None:
        from apps.contacts import contributions, merge_contributions, receivers
        from apps.contacts.services import bulk, undoing
        from apps.contacts.services.duplicates import searching
        from apps.contacts.services.imports import registering as imports
        from apps.contacts.views.settings_menu import register_settings_menu
        from apps.core.contributions import operation_runners

        undoing.register()
        imports.register()
        operation_runners.register(bulk.RUNNER, bulk.run_bulk)
        operation_runners.register(searching.VERB, searching.run_search)
        receivers.connect()
        contributions.register()
        merge_contributions.register()
        register_settings_menu()

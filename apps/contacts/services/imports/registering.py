"""What imports add to core: their runners, and how a trial is called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.contacts.services.imports.background import TRIAL, VERB, run_import
from apps.core.contributions import operation_runners, verbs


def register() -> None:
    """Called once, when the app is ready."""
    operation_runners.register(VERB, run_import)
    operation_runners.register(TRIAL, run_import)
    verbs.register(TRIAL, _("Import tried"))

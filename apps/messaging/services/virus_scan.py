"""The house's virus scanner, where one is set: a function by its dotted path, or a command."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)
_SECONDS = 60


def refuse_virus(path: Path, filename: str) -> None:
    """Raises ValidationError under "attachments" where the scanner objects, or can't be asked.

    `RAPPORT_VIRUS_SCAN` is "package.module.function", called with the path and answering "" for a clean file or what
    it found; or a command line, whose status 0 is clean and 1 is infected, as of `clamdscan --no-summary`.
    """
    scanner = settings.RAPPORT_VIRUS_SCAN
    if not scanner:
        return
    try:
        found = _by_command(scanner, path) if _is_command(scanner) else str(import_string(scanner)(path))
    except (OSError, ImportError, subprocess.SubprocessError) as error:
        log.error("mail.virus_scan.failed", error=type(error).__name__)
        words = _("%(name)s could not be checked for viruses, so it was not attached. Please try again later.")
        raise ValidationError({"attachments": words % {"name": filename}}) from error
    if found:
        words = _("%(name)s was not attached: the virus scanner found %(found)s.")
        raise ValidationError({"attachments": words % {"name": filename, "found": found[:200]}})


def _is_command(scanner: str) -> bool:
    return " " in scanner or "/" in scanner


def _by_command(command: str, path: Path) -> str:
    run = subprocess.run(  # noqa: S603  an administrator's setting, without a shell
        [*shlex.split(command), str(path)], capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    if run.returncode == 0:
        return ""
    if run.returncode == 1:
        return " ".join(run.stdout.split()) or _("something")
    raise subprocess.SubprocessError(f"status {run.returncode}")

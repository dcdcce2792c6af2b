"""One document: data in, PDF out, by a child process that may neither grow nor linger."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder

log = structlog.get_logger(__name__)

_SECONDS = 60
_COMPILER = Path(__file__).with_name("compiler.py")


class DocumentFailed(Exception):
    """The template could not be set; the reason is in the log, since it names no reader's data."""


def render(template: Path, data: Mapping[str, Any]) -> bytes:
    """Set `template` with `data` (a template reads it by `json(bytes(sys.inputs.data))`) and return the PDF.

    For workers, never for a web process. A template reads only files of the apps. Raises DocumentFailed.
    """
    text = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False)
    try:
        done = subprocess.run(  # noqa: S603  our own file; the data go through a pipe
            [sys.executable, "-I", str(_COMPILER), str(template)],
            input=text.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        log.error("document.too_slow", template=template.name)
        raise DocumentFailed from error
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        log.error("document.failed", template=template.name, reason=done.stderr.decode(errors="replace")[-2000:])
        raise DocumentFailed
    return done.stdout

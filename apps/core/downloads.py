"""Files that others brought, as answers: downloads, never a page of ours."""

from __future__ import annotations

from django.http import FileResponse

from apps.core.models import File
from apps.core.services import files


def as_download(file: File, name: str) -> FileResponse:
    """The bytes of `file` under `name`. Raises FileNotFoundError if they are gone."""
    content = files.open_file(file)
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")
    response["X-Content-Type-Options"] = "nosniff"
    return response

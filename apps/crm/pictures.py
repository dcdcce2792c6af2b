"""Pictures of orders and deliveries as answers."""

from __future__ import annotations

from django.http import FileResponse, Http404

from apps.core.models import File
from apps.core.services import files

_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


def as_picture(file: File | None) -> FileResponse:
    """The picture itself; Http404 for what is none, or whose bytes are gone."""
    if file is None or file.mime_type not in _PICTURES:
        raise Http404
    try:
        content = files.open_file(file)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, content_type=file.mime_type)
    response["Cache-Control"] = "private, max-age=300"
    response["X-Content-Type-Options"] = "nosniff"
    return response

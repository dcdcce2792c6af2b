"""Pictures and voices as answers that the page shows or plays in its place; a player may ask for a part (RFC 9110)."""

from __future__ import annotations

import re

from django.http import FileResponse, Http404, HttpRequest, HttpResponse

from apps.core.downloads import as_download
from apps.core.models import File
from apps.core.services import files
from apps.projects.models import Attachment

_SHOWN = frozenset({"image/jpeg", "image/gif", "audio/webm", "audio/ogg", "audio/mp4"})
_RANGE = re.compile(r"^bytes=(\d{1,15})-(\d{0,15})$")


def send(request: HttpRequest, attachment: Attachment) -> HttpResponse | FileResponse:
    """The file itself; `save` hands it over as a download, which all but pictures and voices always are."""
    try:
        if attachment.kind == Attachment.Kind.FILE or "save" in request.GET:
            return as_download(attachment.file, attachment.name)
        return in_place(request, attachment.file)
    except FileNotFoundError as error:
        raise Http404 from error


def send_thumbnail(request: HttpRequest, attachment: Attachment) -> HttpResponse | FileResponse:
    if attachment.thumbnail is None:
        raise Http404
    try:
        return in_place(request, attachment.thumbnail)
    except FileNotFoundError as error:
        raise Http404 from error


def in_place(request: HttpRequest, file: File) -> HttpResponse | FileResponse:
    """The bytes, or the part of them that is asked for. Raises FileNotFoundError; Http404 for other types."""
    if file.mime_type not in _SHOWN:
        raise Http404
    part = _RANGE.match(request.headers.get("Range", ""))
    response = _part(file, int(part[1]), part[2]) if part else FileResponse(files.open_file(file))
    response["Content-Type"] = file.mime_type
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=300"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response


def _part(file: File, begin: int, last: str) -> HttpResponse:
    end = min(int(last) if last else file.size - 1, file.size - 1)
    if begin > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{file.size}"})
    with files.open_file(file) as content:
        content.seek(begin)
        data = content.read(end - begin + 1)
    return HttpResponse(data, status=206, headers={"Content-Range": f"bytes {begin}-{end}/{file.size}"})

"""Documents on demand: asked for on a page or by a draft, set by a worker of the queue `documents`, kept as a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.preferences import reading_as
from apps.core import clock
from apps.core.contributions import Document, document_of
from apps.core.documents import DocumentFailed, render
from apps.core.models import File, Operation
from apps.core.refusals import Refused
from apps.core.services import files
from apps.core.services.operations import OperationFailed, start
from apps.messaging.services.papers.contact_list import MOST

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.core.services.operations import Progress

VERB = "document.made"
QUEUE = "documents"


class UnknownDocument(Refused):
    """There is no document of this key, or not of this record."""

    def __init__(self) -> None:
        super().__init__(_("There is no such document."))


def begin_document(
    *,
    actor: User,
    key: str,
    record_id: int,
    language: str,
    now: datetime,
    ids: Collection[int] = (),
    facts: Mapping[str, Any] | None = None,
) -> Operation:
    """Have the PDF made in `language` ("" for the actor's own), as the actor sees the record when it is made.

    `key` may name a part of the record (see `Document`). `ids` instead of `record_id` for a document of many records,
    at most 5,000. `facts` are kept with the operation for whoever asked. See `document_file` for what comes of it.
    Raises PermissionDenied, UnknownDocument.
    """
    document, _part = document_of(key)
    if not is_staff_member(actor) and not (document and document.is_for_dealers):
        raise PermissionDenied
    if document is None:
        raise UnknownDocument
    if (ids and document.build_many is None) or len(ids) > MOST:
        raise UnknownDocument
    known = language if language in dict(settings.LANGUAGES) else ""
    parameters = {"document": key, "record": record_id, "ids": sorted(ids), "set_in": known, "facts": {**(facts or {})}}
    return start(actor=actor, verb=VERB, parameters=parameters, now=now, total=1, undoable=False, queue=QUEUE)


def run_document(operation: Operation, progress: Progress) -> dict[str, Any]:
    """The worker's part; twice gives the same file, unless the record has changed meanwhile."""
    user, wanted = operation.actor, operation.parameters
    document, part = document_of(str(wanted.get("document")))
    if user is None or document is None:
        raise OperationFailed(_("There is no such document."))
    asked_in = str(wanted.get("language") or "")
    with reading_as(user, language=asked_in), translation.override(wanted["set_in"] or translation.get_language()):
        language = translation.get_language() or settings.LANGUAGE_CODE
        try:
            data = _data(document, part, user, wanted, language)
            name = document.filename(data)
            pdf = render(document.template, data)
        except Http404 as error:
            raise OperationFailed(_("This record is not there, or not for you to see.")) from error
        except DocumentFailed as error:
            raise OperationFailed(_("The document could not be made.")) from error
    stored = files.store(pdf, mime_type="application/pdf", now=clock.now())
    progress.advance(1)
    return {"file": stored.pk, "name": f"{name}.pdf"}


def _data(document: Document, part: str, user: User, wanted: Mapping[str, Any], language: str) -> dict[str, Any]:
    if wanted["ids"] and document.build_many:
        return document.build_many(user, wanted["ids"], language)
    if part and document.build_part:
        return document.build_part(user, wanted["record"], language, part)
    return document.build(user, wanted["record"], language)


def document_file(operation: Operation) -> tuple[File, str] | None:
    """The PDF that an operation of `begin_document` has made, with its name; None while it is at work, or failed."""
    if operation.verb != VERB or "file" not in operation.result:
        return None
    found = File.objects.filter(pk=operation.result["file"]).first()
    return (found, str(operation.result["name"])) if found else None

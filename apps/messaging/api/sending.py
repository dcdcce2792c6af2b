"""`/messages`: a mail by a template, as other modules send it; `/messages/ID/proof`: what became of it."""

import base64
import binascii
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from ninja import Field, Schema

from apps.accounts.api_auth import needs_scope
from apps.accounts.models import User
from apps.core import clock
from apps.core.api import Problem, Strict, idempotent
from apps.messaging.api.reading import messages as router
from apps.messaging.models import MailMessage
from apps.messaging.selectors.proof import proof_of, sent_for
from apps.messaging.services.documents_out import Enclosure, send_document

PROBLEMS: dict[Any, Any] = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem, 429: Problem}


class AttachmentIn(Strict):
    filename: str = Field(max_length=255)
    content: str = Field(description="The file's bytes in base64.")


class MessageIn(Strict):
    template: str = Field(max_length=60, description="The key of a mail template.")
    recipients: list[str] = Field(
        min_length=1, max_length=500, description='Addresses, "Name <address>" or "contact:12".'
    )
    context: dict[str, Any] = Field({}, description="What the template names, as plain data.")
    attachments: list[AttachmentIn] = Field([], max_length=50)
    idempotency_key: str = Field("", max_length=200, description="Unless the header Idempotency-Key says it.")


class BounceOut(Schema):
    recipient: str
    is_permanent: bool
    words: str


class ProofOut(Schema):
    id: int
    thread_id: int
    message_id: str
    state: str = Field(description="preparing, queued, sent, uncertain, failed or bounced")
    subject: str
    queued_at: datetime
    accepted_at: datetime | None
    server: str
    answer: str
    bounces: list[BounceOut]
    opened_at: datetime | None


@router.post("", response={201: ProofOut, **PROBLEMS}, summary="Send a mail by a template")
@needs_scope("messages:write")
@idempotent
def post_message(request: HttpRequest, data: MessageIn) -> HttpResponse:
    """From the token's user, whose first mailbox it leaves by. The same idempotency key sends once."""
    key = request.headers.get("Idempotency-Key", "").strip() or data.idempotency_key
    message = send_document(
        actor=_user(request),
        template=data.template,
        recipients=data.recipients,
        context=data.context,
        attachments=[Enclosure(each.filename, _bytes(each)) for each in data.attachments],
        idempotency_key=key,
        now=clock.now(),
    )
    return _answer(message, status=201)


@router.get("/{message_id}/proof", response={200: ProofOut, **PROBLEMS}, summary="Read what became of a mail")
@needs_scope("messages:read")
def read_proof(request: HttpRequest, message_id: int) -> HttpResponse:
    """A mail of a mailbox that the token's user reads in the house too."""
    if message_id > 2**63 - 1:
        raise Http404
    return _answer(get_object_or_404(sent_for(_user(request)).select_related("outgoing"), pk=message_id))


def _user(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined,no-any-return]  # what TokenAuth answered


def _bytes(attachment: AttachmentIn) -> bytes:
    try:
        return base64.b64decode(attachment.content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError({"attachments": f"{attachment.filename} is no base64."}) from error


def _answer(message: MailMessage, *, status: int = 200) -> HttpResponse:
    proof = proof_of(message)
    out = ProofOut(
        id=message.pk,
        thread_id=message.thread_id,
        message_id=message.message_id,
        state=message.state,
        subject=message.subject,
        queued_at=proof.queued_at,
        accepted_at=proof.accepted_at,
        server=proof.server,
        answer=proof.answer,
        bounces=[BounceOut(recipient=b.recipient, is_permanent=b.is_permanent, words=b.words) for b in proof.bounces],
        opened_at=proof.opened_at,
    )
    response = JsonResponse(out.model_dump(mode="json"), status=status)
    response["Location"] = f"/api/v1/messages/{message.pk}/proof"
    return response

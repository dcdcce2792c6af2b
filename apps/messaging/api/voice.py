"""`/calls` and `/voicemails`: what a telephone system tells of, matched by number to a contact."""

from datetime import datetime
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import AwareDatetime, Field

from apps.accounts.api_auth import TokenAuth, needs_scope
from apps.accounts.models import User
from apps.accounts.permissions import is_staff_member
from apps.core import clock
from apps.core.api import PROBLEMS, Strict, idempotent
from apps.messaging.services import calls as call_service
from apps.messaging.services.voicemails import LARGEST, Recording, leave_voicemail, number_in

calls = Router(tags=["voice"])
voicemails = Router(tags=["voice"])


class CallTold(Strict):
    number: str = Field(max_length=60, description="Of the other side, as the telephone system knows it")
    user: str = Field("", max_length=320, description="E-mail of whose phone it was; empty: the token's user")
    occurred_at: AwareDatetime
    direction: Literal["in", "out"] = "in"
    outcome: Literal["reached", "no_answer", "busy", "voicemail", "wrong_number"] = "reached"
    seconds: int | None = Field(None, ge=0, le=86_400)
    external_id: str = Field("", max_length=200, description="The telephone system's own; the same one is told once")


class CallOut(Schema):
    activity_id: int
    contact_id: int | None = Field(description="Whose number it is; null: nobody's that the user sees")


class VoicemailIn(Strict):
    number: str = Field("", max_length=60)
    user: str = Field("", max_length=320, description="E-mail of whom it was left for; empty: for everybody")
    occurred_at: AwareDatetime
    seconds: int | None = Field(None, ge=0, le=86_400)
    external_id: str = Field("", max_length=200)


class VoicemailOut(Schema):
    id: int
    number: str
    contact_id: int | None
    user_id: int | None
    occurred_at: datetime
    seconds: int | None


@calls.post("", response={201: CallOut, 200: CallOut, **PROBLEMS}, summary="Tell of a call")
@needs_scope("calls:write")
@idempotent
def create_call(request: HttpRequest, data: CallTold) -> HttpResponse:
    """A call that was made or came in; it stands in the history of whoever the number belongs to."""
    user = _user(data.user) or _asking(request)
    told = call_service.ToldCall(**data.model_dump(exclude={"user"}))
    activity, entity, is_new = call_service.tell_of_call(told, user=user, now=clock.now())
    body = CallOut(activity_id=activity.pk, contact_id=entity.pk if entity else None)
    return _answer(body, is_new, f"/api/v1/activities/{activity.pk}")


@voicemails.post(
    "",
    auth=TokenAuth("calls:write"),
    response={201: VoicemailOut, 200: VoicemailOut, **PROBLEMS},
    summary="Leave a voicemail",
)
def create_voicemail(request: HttpRequest, data: Form[VoicemailIn], sound: File[UploadedFile]) -> HttpResponse:
    """A form with the recording as file `sound` (audio/*, 20 MB). The same `external_id` again changes nothing."""
    if (sound.size or 0) > LARGEST:
        raise ValidationError({"sound": f"The recording is larger than {LARGEST >> 20} MB."})
    user = _user(data.user)
    recording = Recording(
        sound=sound.read(),
        content_type=sound.content_type or "",
        happened_at=data.occurred_at,
        number=number_in(data.number, user or _asking(request)),
        seconds=data.seconds,
        external_id=data.external_id,
    )
    voicemail, is_new = leave_voicemail(recording, user=user, now=clock.now())
    body = VoicemailOut(
        id=voicemail.pk,
        number=voicemail.number,
        contact_id=voicemail.entity_id,
        user_id=voicemail.user_id,
        occurred_at=voicemail.happened_at,
        seconds=voicemail.seconds,
    )
    return _answer(body, is_new, f"/api/v1/voicemails/{voicemail.pk}")


def _answer(body: Schema, is_new: bool, location: str) -> HttpResponse:
    headers: dict[str, Any] = {"Location": location}
    status = 201 if is_new else 200
    return HttpResponse(body.model_dump_json(), status=status, content_type="application/json", headers=headers)


def _asking(request: HttpRequest) -> User:
    return request.auth  # type: ignore[attr-defined,no-any-return]  # what TokenAuth answered


def _user(email: str) -> User | None:
    """The colleague of this address. Raises ValidationError under "user"."""
    if not email:
        return None
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None or not is_staff_member(user):
        raise ValidationError({"user": "No colleague has this address."})
    return user

"""Claims and photos for tests."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from apps.accounts.models import User
from apps.crm.models import Claim, Order
from apps.crm.services.claim_filing import ClaimInput, file_claim
from apps.crm.services.claim_photos import Kept, keep_photos
from tests.crm.factories import NOW


def a_photo(width: int = 640, height: int = 480, *, form: str = "JPEG", **saving: Any) -> bytes:
    content = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(content, form, **saving)
    return content.getvalue()


def upload(content: bytes, name: str = "window.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def kept(*contents: bytes) -> list[Kept]:
    photos, complaints = keep_photos([upload(each) for each in contents], now=NOW)
    assert complaints == []
    return photos


def a_claim(order: Order, by: User, *, now: datetime = NOW, **fields: Any) -> Claim:
    values = {"kind": "damage", "text": "The pane is cracked"} | fields
    return file_claim(actor=by, data=ClaimInput(order=order, **values), now=now)

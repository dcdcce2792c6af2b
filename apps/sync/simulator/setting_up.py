"""What an administrator would enter for the two plants: rows and mappings, nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from apps.accounts.models import ApiToken, User
from apps.accounts.services.tokens import create_token, revoke_token
from apps.accounts.services.users import create_user
from apps.core import secrets
from apps.crm.models import FeedStatus, FieldOwner, Plant
from apps.sync.models import Source
from apps.sync.services.tokens import grant_token
from apps.sync.simulator.dialects.base import Dialect, Setup

PRICES = {"kyiv": "prices", "lutsk": "ціни"}  # what their files begin with
_ACCOUNTING = "accounting@plants.example"  # nobody signs in with it


def code_of(plant: str, role: str) -> str:
    return f"{plant}-{role}"


def books_of(var: Path, plant: str) -> Path:
    return var / "simulator" / f"{plant}-books.sqlite3"


def drop_of(var: Path, plant: str) -> Path:
    return var / "simulator" / f"{plant}-prices"


def memory_of(var: Path, plant: str) -> Path:
    """Where a world is kept between two runs."""
    return var / "simulator" / f"{plant}.json"


@transaction.atomic
def set_up(dialect: Dialect, *, position: int, var: Path, now: datetime) -> dict[str, str]:
    """Make what is missing of a plant and its sources; by role a new token for what pushes, and for its books'
    questions.
    """
    plant, _made = Plant.objects.get_or_create(
        key=dialect.plant,
        defaults={"name": dialect.title, "city": dialect.city, "geo": list(dialect.geo), "position": position},
    )
    tokens = {}
    for setup in dialect.setups:
        source = _source(dialect, setup, plant, var, now)
        if setup.kind == "push":
            tokens[setup.role] = grant_token(actor=None, source=source, now=now)[1]
        elif setup.role == "books":
            tokens[setup.role] = _reader(source.code, now)
    return tokens


def _reader(name: str, now: datetime) -> str:
    """A token with which accounting reads decisions on claims; the one it had before ends."""
    user = User.objects.filter(email=_ACCOUNTING).first() or create_user(
        actor=None, email=_ACCOUNTING, name="Accounting of the plants", roles=["finance"], now=now
    )
    for token in ApiToken.objects.filter(user=user, name=name, revoked_at=None):
        revoke_token(actor=user, token=token, now=now)
    return create_token(actor=user, user=user, name=name, scopes=["claims:read"], expires_at=None, now=now)[1]


def _source(dialect: Dialect, setup: Setup, plant: Plant, var: Path, now: datetime) -> Source:
    code = code_of(dialect.plant, setup.role)
    settings = dict(setup.settings)
    if setup.kind == "drop":
        settings["folder"] = str(drop_of(var, dialect.plant))
    url = f"sqlite:///{books_of(var, dialect.plant)}" if setup.kind == "pull" else ""
    source, made = Source.objects.get_or_create(
        code=code,
        defaults={
            "title": setup.title,
            "plant": plant,
            "kind": setup.kind,
            "groups": list(setup.groups),
            "mapping": dict(setup.mapping),
            "settings": settings,
            "database_url": secrets.encrypt(url) if url else "",
            "poll_every": timedelta(seconds=2),
            "created_at": now,
        },
    )
    if made:
        for group in setup.groups:
            FieldOwner.objects.get_or_create(plant=plant, group=group, defaults={"source": code})
        FeedStatus.objects.get_or_create(
            source=code, defaults={"title": setup.title, "plant": plant, "late_after": source.late_after}
        )
    return source

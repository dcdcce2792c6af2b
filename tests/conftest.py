"""The cast, the clock and the database role that every test shares."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse
from django.template.base import Template
from django.test import TransactionTestCase
from django.test.utils import _TestState
from django.views import defaults
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from apps.accounts.models import User
from apps.contacts.models import Folder
from apps.core.kept import forget_now
from tests.database import model_database
from tests.rows import keep_rows, put_rows_back

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs beside synchronous Django code
os.environ["RAPPORT_REDIS_PREFIX"] = settings.REDIS_PREFIX  # for the programs that tests start

# Python looks for rubbish after each 700 new things, in the end among all that Django holds: a sixth of all work.
gc.set_threshold(50_000, 20, 20)

CORPUS = Path(os.environ.get("RAPPORT_CORPUS", settings.BASE_DIR.parent / "shared" / "data"))
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def _become_web(connection, **kwargs) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {settings.DATABASE_WEB_ROLE}")


def pytest_sessionstart(session: pytest.Session) -> None:
    """While two processes gather their tests, the one that waits for them begins with the model of their databases."""
    config = session.config
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        Thread(target=_make_model, args=(config.stash[blocking_manager_key],), daemon=True).start()


def _make_model(django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        model_database()
        connection.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    """Databases of tests are copies of one that was migrated; a hook of pytest-django."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = model_database()


@pytest.fixture(scope="session", autouse=True)
def _tables_are_the_owners(django_db_setup, django_db_blocker):
    """Tables are made by their owner; from then on every connection has only the web role's rights.

    Whatever really commits is cleared away by `tests.rows`, and every test finds what migrations had made.
    """
    with django_db_blocker.unblock():
        keep_rows()
        connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: put_rows_back())
        connection_created.connect(_become_web)
        yield
        connection_created.disconnect(_become_web)


@pytest.fixture(autouse=True)
def _nothing_kept():
    """What one test's rows were must not be another's."""
    forget_now()


@pytest.fixture
def quiet(monkeypatch) -> Iterator[None]:
    """For thousands of requests: refusals are no news, most not drawn, and no answer keeps templates and contexts.

    Without them `response.context` is None; to copy them takes a seventh of what it takes to draw a page.
    """
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)  # type: ignore[attr-defined]  # set at runtime
    for status, view in ((403, defaults.permission_denied), (404, defaults.page_not_found)):
        monkeypatch.setattr(f"config.urls.handler{status}", _drawn_once(view, status), raising=False)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _drawn_once(view: Callable[..., HttpResponse], status: int) -> Callable[..., HttpResponse]:
    """The house's page of a refusal for the first of each reader's in each part of it; then the bare status.

    All that it shows is the reader's frame: a third of the matrix would draw it again and again.
    """
    drawn = set()

    def refuse(request: HttpRequest, exception: Exception) -> HttpResponse:
        which = (request.user.pk, request.path.split("/")[1], type(exception))
        if which in drawn:
            return HttpResponse(status=status)
        drawn.add(which)
        return view(request, exception)

    return refuse


@pytest.fixture
def corpus() -> Path:
    if not CORPUS.is_dir():
        pytest.skip(f"the folder of real files is not at {CORPUS}: its files were not read (set RAPPORT_CORPUS)")
    return CORPUS


@pytest.fixture
def now() -> datetime:
    return NOW


def make_user(email: str, name: str, *roles: str, **fields) -> User:
    user = User.objects.create_user(email, "correct-horse-1", name=name, created_at=NOW, **fields)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return user


@pytest.fixture
def ada(db) -> User:
    """An administrator."""
    return make_user("ada@example.com", "Ada Admin", "admin", is_staff=True)


@pytest.fixture
def alice(db) -> User:
    """A manager."""
    return make_user("alice@example.com", "Alice Manager", "manager")


@pytest.fixture
def bob(db) -> User:
    """Her teammate in sales."""
    return make_user("bob@example.com", "Bob Sales", "sales")


@pytest.fixture
def charlie(db) -> User:
    """An outsider: staff, but in none of the groups that restricted folders name."""
    return make_user("charlie@example.com", "Charlie Content", "content")


@pytest.fixture
def dora(db) -> User:
    """A dealer: no staff at all."""
    return make_user("dora@example.com", "Dora Dealer", "dealer")


@pytest.fixture
def everyone_folder(db) -> Folder:
    return Folder.objects.get_or_create(is_default=True, defaults={"name": "Everyone"})[0]

"""The launcher of the embedded servers, with real servers and real kills."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from apps.core.embedded import celery_redis_url
from apps.core.embedded.places import SERVANT_FOLDER
from apps.core.embedded.processes import is_alive
from tests.core.copies import Copy, answers, eventually


@pytest.fixture
def make_copy() -> Iterator[Callable[[str], Copy]]:
    # A short path that everybody may enter; pytest's own folders are long and private.
    parent = Path(tempfile.mkdtemp(prefix="rapport-test-"))
    parent.chmod(0o755)
    copies: list[Copy] = []

    def make(name: str) -> Copy:
        copies.append(Copy(parent / name))
        return copies[-1]

    yield make
    for copy in copies:
        copy.end()
    shutil.rmtree(parent)


@pytest.fixture
def copy(make_copy: Callable[[str], Copy]) -> Copy:
    return make_copy("var")


def test_a_second_command_joins_and_the_servers_stop_when_both_are_killed(copy: Copy) -> None:
    first = copy.start_command()
    servers = copy.servers()

    second = copy.start_command()
    assert copy.servers()[0] == servers[0]
    first.kill()
    time.sleep(2.5)
    assert answers(copy)

    second.kill()
    second.wait()
    eventually(lambda: not copy.keeper_lives())
    assert copy.servers() == []
    assert not (copy.var / "embedded" / "endpoints.json").exists()


def test_a_killed_server_is_started_again(copy: Copy) -> None:
    copy.start_command()
    before = copy.servers()

    os.kill(copy.postmaster, signal.SIGKILL)
    os.kill(before[-1], signal.SIGKILL)

    eventually(lambda: before[-1] not in copy.servers() and answers(copy))


def test_servers_end_with_a_killed_keeper_and_the_next_command_finds_the_data(copy: Copy) -> None:
    copy.start_command()
    copy.query("CREATE TABLE kept (word text)", owner=True)
    copy.query("INSERT INTO kept VALUES ('still here')")
    addresses = copy.endpoints

    os.kill(copy.keeper, signal.SIGKILL)
    eventually(lambda: not copy.servers())
    copy.start_command()

    assert copy.query("SELECT word FROM kept") == [("still here",)]
    assert copy.endpoints == addresses


def test_a_start_clears_away_what_a_kill_of_everything_left(copy: Copy) -> None:
    copy.start_command()
    postmaster = copy.postmaster

    os.kill(copy.keeper, signal.SIGSTOP)  # so that it doesn't mend what comes now
    for server in copy.servers():
        os.kill(server, signal.SIGKILL)
    os.kill(copy.keeper, signal.SIGKILL)
    assert copy.postmaster == postmaster
    copy.start_command()

    assert copy.postmaster != postmaster
    assert answers(copy)


def test_a_start_ends_a_server_that_outlived_its_keeper(copy: Copy) -> None:
    copy.start_command()
    place = copy.place
    line = Path(f"/proc/{copy.postmaster}/cmdline").read_bytes().split(b"\0")[:-1]
    os.kill(copy.keeper, signal.SIGTERM)
    eventually(lambda: not copy.keeper_lives())
    uid = place.servant.pw_uid if place.servant else None
    orphan = subprocess.Popen(line, user=uid, stderr=subprocess.DEVNULL)
    eventually(lambda: (place.data / "postmaster.pid").exists())

    copy.start_command()

    assert not is_alive(orphan.pid)  # a zombie at most: we haven't reaped it
    orphan.wait()
    assert answers(copy)


def test_two_copies_leave_each_other_alone(make_copy: Callable[[str], Copy]) -> None:
    here, there = make_copy("here"), make_copy("there")
    here.start_command()
    there.start_command()

    here.query("CREATE TABLE only_here ()", owner=True)
    os.kill(here.keeper, signal.SIGKILL)
    eventually(lambda: not here.servers())

    assert answers(there)
    assert there.query("SELECT to_regclass('only_here')") == [(None,)]


def test_a_long_folder_gets_short_private_sockets(make_copy: Callable[[str], Copy]) -> None:
    copy = make_copy("/".join(["folder-with-a-long-name"] * 5))

    copy.start_command()

    assert answers(copy)
    assert Path(copy.endpoints.socket_folder).stat().st_mode & 0o777 == 0o700
    assert copy.var / "run" != Path(copy.endpoints.socket_folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service user to care for")
def test_root_places_the_data_where_the_service_user_can_reach_it(make_copy: Callable[[str], Copy]) -> None:
    copy = make_copy("private/var")
    private = copy.var.parent
    private.mkdir(mode=0o700)

    copy.start_command()

    assert answers(copy)
    assert private.stat().st_mode & 0o777 == 0o700
    assert copy.place.home.is_relative_to(SERVANT_FOLDER)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service user to care for")
def test_root_copies_programs_that_the_service_user_could_not_run(copy: Copy, tmp_path: Path) -> None:
    program = tmp_path / "private" / "package" / "bin" / "hello"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho hello")
    program.chmod(0o700)
    (tmp_path / "private").chmod(0o700)
    place = copy.place
    assert place.servant

    runnable = place.program(program, needs=tmp_path / "private" / "package")

    said = subprocess.run([runnable], user=place.servant.pw_uid, extra_groups=[], capture_output=True, check=True)
    assert said.stdout == b"hello\n"
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o700
    shutil.rmtree(runnable.parents[2])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a service user to care for")
def test_a_new_clone_at_an_old_path_starts_with_an_empty_database(make_copy: Callable[[str], Copy]) -> None:
    old = make_copy("private/var")
    old.var.parent.mkdir(mode=0o700)
    old.start_command().kill()
    old.query("CREATE TABLE old ()", owner=True)
    os.kill(old.keeper, signal.SIGTERM)
    eventually(lambda: not old.keeper_lives())
    shutil.rmtree(old.var)

    old.start_command()

    assert old.query("SELECT to_regclass('old')") == [(None,)]


def test_the_web_role_uses_what_the_owner_makes_in_new_databases_too(copy: Copy) -> None:
    copy.start_command()

    copy.query("CREATE DATABASE test_copy", owner=True)
    for database in ("rapport", "test_copy"):
        copy.query("CREATE TABLE thing (id serial, name citext)", owner=True, database=database)
        copy.query("INSERT INTO thing (name) VALUES (unaccent('Zoë'))", database=database)
        copy.query("CREATE INDEX ON thing USING gin (name gin_trgm_ops)", owner=True, database=database)

        assert copy.query("SELECT id, name = 'ZOE' FROM thing", database=database) == [(1, True)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            copy.query("CREATE TABLE forbidden ()", database=database)
    for owner in (True, False):
        assert copy.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", owner=owner) == [(False,)]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("unix:///run/redis.sock?db=0", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("redis://cache:6379/0", "redis://cache:6379/3"),
        (
            "rediss://:secret@cache:6379/0?ssl_cert_reqs=required",
            "rediss://:secret@cache:6379/3?ssl_cert_reqs=required",
        ),
        ("redis://cache", "redis://cache/3"),
    ],
)
def test_celery_reads_the_address_of_redis(address: str, expected: str) -> None:
    assert celery_redis_url(address, 3) == expected

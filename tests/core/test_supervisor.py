"""The demo's supervisor, with real processes and real kills."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.core.embedded.mailsink import maildir_name
from apps.core.embedded.processes import is_alive
from tests.core.copies import ROOT, eventually

SLEEPER = """
import os, pathlib, signal, sys, time
out = pathlib.Path(sys.argv[1])
def stop(*_):
    with out.open("a") as file: file.write(f"{sys.argv[2]} stopped\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
pathlib.Path(f"{out}.{sys.argv[2]}").write_text(str(os.getpid()))
if sys.argv[2] == "worker":
    os.fork()
while True: time.sleep(0.1)
"""
SUPERVISE = """
import pathlib, sys
from apps.core.embedded.supervisor import Program, Supervisor
folder = pathlib.Path(sys.argv[1])
command = [sys.executable, folder / "sleeper.py", folder / "out"]
programs = [Program(name=n, command=[*command, n], stage=s) for s, n in [(1, "worker"), (0, "web")]]
Supervisor(programs, logs=folder / "log", say=print).run(each_second=lambda: None)
"""
SERVE = """
import socket, pathlib, sys
from apps.core.embedded.supervisor import Program, Supervisor
folder = pathlib.Path(sys.argv[1])
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(100)
(folder / "port").write_text(str(listener.getsockname()[1]))
command = [sys.executable, "-m", "apps.core.embedded.webserver", str(listener.fileno()), "page:app"]
environment = {"PYTHONPATH": str(folder)}
web = Program(name="web", command=command, environment=environment, descriptors=(listener.fileno(),), rolling=True)
Supervisor([web], logs=folder / "log", say=print).run(each_second=lambda: None)
"""
PAGE = """
import os
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    assert scope["client"][0] == "127.0.0.1"
    body = str(os.getpid()).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    (tmp_path / "sleeper.py").write_text(SLEEPER)
    (tmp_path / "page.py").write_text(PAGE)
    started: list[subprocess.Popen[bytes]] = []

    def start_supervisor(code: str) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT))
        return started[-1]

    yield start_supervisor
    for supervisor in started:
        supervisor.terminate()
        supervisor.wait(timeout=20)


def pid_of(tmp_path: Path, name: str) -> int:
    path = tmp_path / f"out.{name}"
    eventually(lambda: path.exists() and path.read_text() != "")
    return int(path.read_text())


def test_a_killed_program_is_started_again(start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    start(SUPERVISE)
    first = pid_of(tmp_path, "web")

    os.kill(first, signal.SIGKILL)

    eventually(lambda: pid_of(tmp_path, "web") != first)
    assert is_alive(pid_of(tmp_path, "web"))


def test_programs_stop_in_order_and_leave_no_child(
    start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    supervisor = start(SUPERVISE)
    web, worker = pid_of(tmp_path, "web"), pid_of(tmp_path, "worker")

    supervisor.send_signal(signal.SIGINT)
    supervisor.wait(timeout=10)

    assert (tmp_path / "out").read_text() == "web stopped\nworker stopped\n"
    assert not is_alive(web)
    eventually(lambda: session_is_empty(worker))  # the worker's own child included


def test_programs_end_with_a_killed_supervisor(start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    supervisor = start(SUPERVISE)
    web, worker = pid_of(tmp_path, "web"), pid_of(tmp_path, "worker")

    supervisor.kill()

    eventually(lambda: not is_alive(web) and not is_alive(worker))
    os.killpg(worker, signal.SIGKILL)  # what a forked child does without its parent is the program's own affair


def test_a_rolling_restart_refuses_no_request(start: Callable[[str], subprocess.Popen[bytes]], tmp_path: Path) -> None:
    supervisor = start(SERVE)
    eventually(lambda: (tmp_path / "port").exists() and (tmp_path / "port").read_text() != "")
    address = f"http://127.0.0.1:{(tmp_path / 'port').read_text()}/"
    served: list[str] = []
    stop = threading.Event()

    def visit() -> None:
        while not stop.is_set():
            served.append(read(address))

    visitor = threading.Thread(target=visit)
    visitor.start()
    eventually(lambda: served != [])
    supervisor.send_signal(signal.SIGUSR1)
    eventually(lambda: not is_alive(int(served[0])))
    stop.set()
    visitor.join()

    assert len(set(served)) == 2
    os.kill(int(served[-1]), signal.SIGKILL)
    assert read(address) not in served  # it waited for the next process


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310  our own address
        text: str = response.read().decode()
    return text


def test_the_mail_sink_files_by_recipient(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        sink = subprocess.Popen(
            [sys.executable, "-m", "apps.core.embedded.mailsink", str(listener.fileno()), str(tmp_path / "mail")],
            cwd=ROOT,
            pass_fds=[listener.fileno()],
        )
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
            client.sendmail("a@rapport.example", ["Ann@demo.rapport.example"], "Subject: hello\n\nHi Ann")
    finally:
        sink.terminate()
        sink.wait()

    (mail,) = (tmp_path / "mail" / "ann@demo.rapport.example" / "new").iterdir()
    assert mail.read_text().replace("\r", "") == "Subject: hello\n\nHi Ann\n"


@pytest.mark.parametrize("address", ["../../etc@x.example", ".hidden@x.example", "/root@x.example", "..", ""])
def test_no_address_leads_out_of_the_mail_folder(address: str, tmp_path: Path) -> None:
    assert (tmp_path / maildir_name(address)).resolve().parent == tmp_path


def session_is_empty(leader: int) -> bool:
    try:
        os.killpg(leader, 0)
    except ProcessLookupError:
        return True
    return False

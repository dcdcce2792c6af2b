"""Starts `make demo` as a person would, looks at it, ends it, and looks for processes that stayed.

Run after `make setup`, from the clone's folder: the time limit is meant for what follows the downloads.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

CLONE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CLONE))
from apps.core.embedded.processes import is_alive  # noqa: E402

VAR = Path(os.environ.get("RAPPORT_VAR", CLONE / "var"))
PROMISED = 60.0  # seconds
READY_WITHIN = 180.0  # a busy machine may take longer than promised, and is told so
GONE_WITHIN = 30.0


def main() -> None:
    for how, number in (("Ctrl-C", signal.SIGINT), ("kill -9", signal.SIGKILL)):
        took, demo, _ = start()
        print(f"ready after {took:.1f} s" + (", later than promised" if took > PROMISED else ""), flush=True)
        end(demo, how, number)


def start() -> tuple[float, subprocess.Popen[bytes], str]:
    """Start the demo on a free port and wait until its page of readiness says yes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    demo = subprocess.Popen(["make", "demo", f"PORT={port}"], cwd=CLONE, start_new_session=True)
    address = f"http://localhost:{port}"
    while not answers(f"{address}/readyz"):
        if demo.poll() is not None or time.monotonic() - began > READY_WITHIN:
            fail(demo, f"The demo was not ready within {READY_WITHIN:.0f} s.")
        time.sleep(0.2)
    if not answers(f"{address}/"):
        fail(demo, "The demo is ready but has no first page.")
    return time.monotonic() - began, demo, address


def end(demo: subprocess.Popen[bytes], how: str, number: signal.Signals) -> None:
    """End the demo as `how` says, and insist that no process of it is left."""
    everyone = processes_of(demo.pid)
    began = time.monotonic()
    os.killpg(demo.pid, number)  # the whole foreground group, as a terminal does: make and the supervisor
    demo.wait(timeout=GONE_WITHIN)
    while left := {pid: line for pid, line in everyone.items() if is_alive(pid)}:
        if time.monotonic() - began > GONE_WITHIN:
            fail(demo, f"After {how} these stayed: {left}")
        time.sleep(0.1)
    print(f"{len(everyone)} processes gone {time.monotonic() - began:.1f} s after {how}", flush=True)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def processes_of(leader: int) -> dict[int, str]:
    """Return the demo's processes with their command lines: descendants, and the servers that its keeper detached."""
    parents, lines = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # gone meanwhile
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                lines[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    chosen = {pid for pid, line in lines.items() if str(VAR) in line and pid != os.getpid()} | {leader}
    while more := {pid for pid, parent in parents.items() if parent in chosen} - chosen:
        chosen |= more
    return {pid: lines[pid] for pid in chosen if pid in lines}


def fail(demo: subprocess.Popen[bytes], why: str) -> None:
    for log in sorted((VAR / "log").glob("*.log")) + sorted((VAR / "embedded").glob("*.log")):
        lines = [line[:300] for line in log.read_text(errors="replace").splitlines()[-15:]]
        print(f"--- {log.name}", *lines, sep="\n", file=sys.stderr)
    if demo.poll() is None:
        os.killpg(demo.pid, signal.SIGINT)
        demo.wait(timeout=GONE_WITHIN)
    sys.exit(why)


if __name__ == "__main__":
    main()

"""Starts `make demo` as a person would, looks at it, ends it, and looks for processes that stayed.

Run after `make setup`, from the clone's folder: the time limit is meant for what follows the downloads.
"""

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
VAR = Path(os.environ.get("RAPPORT_VAR", CLONE / "var"))
READY_WITHIN = 60.0  # seconds
GONE_WITHIN = 30.0


def main() -> None:
    took, demo = start()
    print(f"ready after {took:.1f} s")
    os.killpg(demo.pid, signal.SIGINT)  # Ctrl-C reaches the whole foreground group
    finish(demo, "Ctrl-C")

    took, demo = start()
    print(f"ready again after {took:.1f} s")
    os.killpg(demo.pid, signal.SIGKILL)  # make and the supervisor at once
    finish(demo, "kill -9")


def start() -> tuple[float, subprocess.Popen[bytes]]:
    """Start the demo on a free port and wait until its page of readiness says yes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    demo = subprocess.Popen(["make", "demo", f"PORT={port}"], cwd=CLONE, start_new_session=True)
    while not answers(f"http://localhost:{port}/readyz"):
        if demo.poll() is not None or time.monotonic() - began > READY_WITHIN:
            fail(demo, f"The demo was not ready within {READY_WITHIN:.0f} s.")
        time.sleep(0.2)
    if not answers(f"http://localhost:{port}/"):
        fail(demo, "The demo is ready but has no first page.")
    return time.monotonic() - began, demo


def finish(demo: subprocess.Popen[bytes], how: str) -> None:
    """Wait for the end, then insist that nothing of this copy runs any more."""
    began = time.monotonic()
    demo.wait(timeout=GONE_WITHIN)
    while leftovers() and time.monotonic() - began < GONE_WITHIN:
        time.sleep(0.2)
    if leftovers():
        fail(demo, f"After {how} these stayed: {leftovers()}")
    print(f"nothing left {time.monotonic() - began:.1f} s after {how}")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def leftovers() -> dict[int, str]:
    """Return live processes whose command line names this copy or its data, save ourselves and who started us."""
    own = {os.getpid(), os.getppid()}
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) not in own:
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:  # gone meanwhile
                continue
            if any(f"{folder}/" in line for folder in (VAR, CLONE / ".venv")) and ".ci/smoke.py" not in line:
                found[int(entry.name)] = line.strip()
    return found


def fail(demo: subprocess.Popen[bytes], why: str) -> None:
    for log in sorted((VAR / "log").glob("*.log")) + sorted((VAR / "embedded").glob("*.log")):
        print(f"--- {log.name}", *log.read_text(errors="replace").splitlines()[-15:], sep="\n", file=sys.stderr)
    if demo.poll() is None:
        os.killpg(demo.pid, signal.SIGINT)
    sys.exit(why)


if __name__ == "__main__":
    main()

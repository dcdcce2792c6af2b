"""The demo's supervisor: starts programs in order, starts again what dies, stops all in order.

Each program leads a session of its own, so that Ctrl-C reaches the supervisor alone and each main process then gets
exactly one signal: a Celery worker finishes its task instead of losing its children. If the supervisor is killed, the
kernel signals the programs.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from apps.core.embedded.processes import dies_with_parent

_STEADY = 10.0  # seconds of life after which a death is no longer held against a program
_LONGEST_PAUSE = 15.0  # seconds before a program that keeps dying is tried again
_HAND_OVER = 5.0  # seconds in which an old and a new process serve one socket together


@dataclass(frozen=True, kw_only=True)
class Program:
    """A command to keep running. `descriptors` are inherited sockets; `patience` is the time it gets to stop.

    Programs of one `stage` stop together, and the next stage only when they have ended.
    """

    name: str
    command: Sequence[str]
    environment: dict[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()
    patience: float = 10.0
    stage: int = 0
    begins_after: float = 0.0  # seconds: what the pages don't wait for leaves them the processor at the start
    rolling: bool = False  # on SIGUSR1 a new process takes over its sockets before the old one stops


class Supervisor:
    """Runs `programs` until a signal says stop, their output in files in `logs`; a second signal ends all patience."""

    def __init__(self, programs: Sequence[Program], *, logs: Path, say: Callable[[str], None]) -> None:
        self.programs = programs
        self.logs = logs
        self.say = say
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.retiring: list[tuple[float, Program, subprocess.Popen[bytes]]] = []
        self.started: dict[str, float] = {}
        self.due: dict[str, float] = {program.name: 0.0 for program in programs}
        self.failures: dict[str, int] = dict.fromkeys(self.due, 0)
        self.stopping = False
        self.hurried = False
        self.asked = 0.0
        self.rolls = False

    def run(self, *, each_second: Callable[[], None]) -> None:
        """Watch until told to stop. `each_second` is called between looks, with the supervisor's own duties."""
        began = time.monotonic()
        self.due = {program.name: began + program.begins_after for program in self.programs}
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGUSR1, self._on_roll)
        self.logs.mkdir(parents=True, exist_ok=True)
        next_duty = 0.0
        try:
            while not self.stopping:
                for program in self.programs:
                    self._look_after(program)
                if self.rolls:
                    self._roll()
                self._retire(time.monotonic())
                if time.monotonic() >= next_duty:
                    each_second()
                    next_duty = time.monotonic() + 1
                time.sleep(0.1)
        finally:
            self._stop_all()

    def _look_after(self, program: Program) -> None:
        now = time.monotonic()
        process = self.running.get(program.name)
        if process is not None and process.poll() is not None:
            del self.running[program.name]
            _end_session(process)
            steady = now - self.started[program.name] > _STEADY
            self.failures[program.name] = 0 if steady else self.failures[program.name] + 1
            pause = min(_LONGEST_PAUSE, 0.2 * 2 ** self.failures[program.name])
            self.due[program.name] = now + pause
            self.say(f"{program.name} ended with code {process.returncode}; starting it again in {pause:.1f} s")
        if program.name not in self.running and now >= self.due[program.name]:
            self._start(program)

    def _start(self, program: Program) -> None:
        with (self.logs / f"{program.name}.log").open("ab") as log:
            self.running[program.name] = subprocess.Popen(
                program.command,
                env=os.environ | program.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=program.descriptors,
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
        self.started[program.name] = time.monotonic()

    def _roll(self) -> None:
        """Start a second process of each rolling program; the first is told to stop once the second serves."""
        self.rolls = False
        for program in self.programs:
            if program.rolling and program.name in self.running:
                self.say(f"{program.name}: handing over to a new process")
                self.retiring.append((time.monotonic() + _HAND_OVER, program, self.running.pop(program.name)))
                self._start(program)

    def _retire(self, now: float) -> None:
        for entry in list(self.retiring):
            at, program, process = entry
            if now >= at:
                self.retiring.remove(entry)
                self._stop([(program, process)])

    def _stop_all(self) -> None:
        self._stop([(program, process) for _, program, process in self.retiring])
        for stage in sorted({program.stage for program in self.programs}):
            chosen = [program for program in self.programs if program.stage == stage and program.name in self.running]
            self._stop([(program, self.running.pop(program.name)) for program in chosen])

    def _stop(self, processes: Sequence[tuple[Program, subprocess.Popen[bytes]]]) -> None:
        for _, process in processes:
            process.terminate()
        for program, process in processes:
            deadline = time.monotonic() + program.patience
            while process.poll() is None and time.monotonic() < deadline and not self.hurried:
                time.sleep(0.05)
            _end_session(process)

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        # Asked again: no more patience. At once it is the same wish, sent to us and passed on by make.
        self.hurried = self.stopping and now - self.asked > 1
        self.stopping, self.asked = True, now

    def _on_roll(self, number: int, frame: FrameType | None) -> None:
        self.rolls = True


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a program's session: itself, or children that outlived it."""
    with suppress(ProcessLookupError):  # the usual case: nothing is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

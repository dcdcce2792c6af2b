"""Where the plants' systems put what they say: our API, a database of their own, a folder."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import requests

Raw = dict[str, Any]
_PATIENCE = 120.0  # seconds in which the receiver may be away before a plant gives up
_LARGEST = 500  # records of one batch
_CURSOR = "CREATE TABLE IF NOT EXISTS decisions_read (only INTEGER PRIMARY KEY, after TEXT)"


class GaveUp(Exception):
    """The receiver took nothing for two minutes, or refused what it should have taken."""


class Push:
    """A production system: posts batches, each under a key of its own, again and again until it is answered."""

    def __init__(self, url: str, source: str, token: str) -> None:
        self.address = f"{url.rstrip('/')}/api/v1/feeds/{source}/batches"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.waiting: list[Raw] = []

    def say(self, records: Sequence[Raw]) -> None:
        self.waiting.extend(records)

    def flush(self, now: datetime) -> None:
        """Send all that waits. Raises GaveUp."""
        while self.waiting:
            batch, self.waiting = self.waiting[:_LARGEST], self.waiting[_LARGEST:]
            self._post(json.dumps({"as_of": now.isoformat(), "records": batch}, ensure_ascii=False).encode())

    def _post(self, body: bytes) -> None:
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        pause, until = 0.2, time.monotonic() + _PATIENCE
        while True:
            try:
                answer = self.session.post(self.address, data=body, headers=headers, timeout=30)
            except requests.RequestException:
                answer = None
            if answer is not None and answer.ok:
                return
            if answer is not None and answer.status_code < 500 and answer.status_code != 429:
                raise GaveUp(f"{self.address} answered {answer.status_code}: {answer.text[:500]}")
            if time.monotonic() > until:
                raise GaveUp(f"{self.address} does not answer.")
            time.sleep(pause)
            pause = min(pause * 2, 5)


class Books:
    """An accounting system: a database of its own, to be read by whoever may."""

    def __init__(self, path: Path, tables: Sequence[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.waiting: list[tuple[str, Raw]] = []
        with closing(self._open()) as books, books:
            for statement in (*tables, _CURSOR):
                books.execute(statement)

    @property
    def after(self) -> str:
        """How far decisions on claims were booked: the cursor behind the last one."""
        with closing(self._open()) as books:
            row = books.execute("SELECT after FROM decisions_read").fetchone()
        return str(row[0]) if row else ""

    def say(self, table: str, row: Raw) -> None:
        self.waiting.append((table, row))

    def flush(self, after: str = "") -> None:
        """Commit all rows that wait; with them the cursor behind the decisions that they book."""
        if not self.waiting and not after:
            return
        with closing(self._open()) as books, books:
            for table, row in self.waiting:
                columns = ", ".join(row)
                places = ", ".join("?" * len(row))
                books.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", list(row.values()))  # noqa: S608
            if after:
                books.execute("INSERT OR REPLACE INTO decisions_read (only, after) VALUES (1, ?)", [after])
        self.waiting = []

    def _open(self) -> sqlite3.Connection:
        books = sqlite3.connect(self.path, timeout=30)
        books.execute("PRAGMA journal_mode = WAL")  # its reader and its writer don't wait for each other
        return books


class Folder:
    """A program that drops files: written aside, then moved in whole."""

    def __init__(self, path: Path, table: str) -> None:
        self.path = path
        self.table = table
        self.waiting: list[Raw] = []
        path.mkdir(parents=True, exist_ok=True)

    def say(self, record: Raw) -> None:
        self.waiting.append(record)

    def flush(self) -> None:
        """Drop what waits as one file of JSON Lines."""
        if not self.waiting:
            return
        name = f"{self.table}-{time.time_ns()}.jsonl"
        draft = self.path / f".{name}.part"
        draft.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in self.waiting))
        draft.rename(self.path / name)
        self.waiting = []

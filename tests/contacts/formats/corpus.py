"""The folder of real files: its expectations, for tests that are parametrised by them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("RAPPORT_CORPUS", Path(__file__).parents[4] / "shared" / "data"))


def cases(prefix: str):
    """Parameters (path, expected) for every file below `prefix`; one that skips, saying why, without the folder."""
    if not (FOLDER / "expected.json").is_file():
        reason = f"the folder of real files is not at {FOLDER}: {prefix} was not read (set RAPPORT_CORPUS)"
        return [pytest.param(None, None, marks=pytest.mark.skip(reason=reason), id=f"{prefix} left out")]
    expected = json.loads((FOLDER / "expected.json").read_text())
    return [
        pytest.param(FOLDER / name, wanted, id=name, marks=pytest.mark.corpus)
        for name, wanted in expected.items()
        if name.startswith(prefix)
    ]

"""Operations: one row per user intent, a Change per record touched, undo, and background work with progress."""

from apps.core.services.operations.background import request_cancel, run, start, sweep, wake
from apps.core.services.operations.images import diff, record_type, snapshot
from apps.core.services.operations.progress import OperationCancelled, OperationFailed, Progress
from apps.core.services.operations.putting_back import Conflict, UndoResult
from apps.core.services.operations.recording import Recorder, apart, operate, recording
from apps.core.services.operations.undo import UNDO_VERB, NotUndoable, begin_undo, run_undo, undo

__all__ = [
    "UNDO_VERB",
    "Conflict",
    "NotUndoable",
    "OperationCancelled",
    "OperationFailed",
    "Progress",
    "Recorder",
    "UndoResult",
    "apart",
    "begin_undo",
    "diff",
    "operate",
    "record_type",
    "recording",
    "request_cancel",
    "run",
    "run_undo",
    "snapshot",
    "start",
    "sweep",
    "undo",
    "wake",
]

"""Operations: one row per user intent, a Change per record touched, undo, and background work with progress."""

from apps.core.services.operations.background import request_cancel, run, start, sweep, wake
from apps.core.services.operations.images import diff, record_type, snapshot
from apps.core.services.operations.progress import OperationCancelled, OperationFailed, Progress
from apps.core.services.operations.recording import Recorder, operate, recording
from apps.core.services.operations.undo import Conflict, NotUndoable, UndoResult, begin_undo, undo

__all__ = [
    "Conflict",
    "NotUndoable",
    "OperationCancelled",
    "OperationFailed",
    "Progress",
    "Recorder",
    "UndoResult",
    "begin_undo",
    "diff",
    "operate",
    "record_type",
    "recording",
    "request_cancel",
    "run",
    "snapshot",
    "start",
    "sweep",
    "undo",
    "wake",
]

from apps.crm.services.sequences.enrolling import enrol, stop
from apps.crm.services.sequences.resting import pause, resume
from apps.crm.services.sequences.running import run_sequences
from apps.crm.services.sequences.setup import save_sequence

__all__ = ["enrol", "pause", "resume", "run_sequences", "save_sequence", "stop"]

"""Changes of the plants applied to orders, shipments and settlements: set by set, never row by row."""

from apps.crm.services.feed.outcome import Arrival, Outcome, Refusal

__all__ = ["Arrival", "Outcome", "Refusal"]

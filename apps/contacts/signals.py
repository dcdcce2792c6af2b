"""Facts about contacts, sent inside the transaction that makes them true.

Each bears `ids` (a list of entity ids, also for one), `operation` and `now`.
"""

from django.dispatch import Signal

entities_created = Signal()
entities_updated = Signal()
entities_trashed = Signal()
entities_restored = Signal()
entities_purging = Signal()  # without `operation`: they are about to go for good, with all that hangs on them
entities_purged = Signal()  # their rows are gone when this is sent

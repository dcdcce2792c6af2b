"""Facts about the history, sent inside the transaction that makes them true; each bears `now`."""

from django.dispatch import Signal

activity_recorded = Signal()  # activity, actor: a new entry stands
activity_moved = Signal()  # activity: its `occurred_at` is another one
# activity, verb ("task.assigned", "meeting.invited"), user_ids, actor: these users are asked for something.
people_addressed = Signal()

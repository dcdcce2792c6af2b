"""Facts about the history, sent inside the transaction that makes them true; each bears `now`."""

from django.dispatch import Signal

activity_recorded = Signal()  # activity, actor: a new entry stands
tasks_changed = Signal()  # ids: something about these tasks is another thing
# context_type, context_ids, now: a system brought entries about these records.
lines_recorded = Signal()
tasks_completed = Signal()  # ids, actor: these tasks were open and are done
activities_moved = Signal()  # ids: the `occurred_at` of these entries is another one
# asked ({activity id: user ids}), verb ("task.assigned", "meeting.invited"), actor: users are asked for something.
people_addressed = Signal()

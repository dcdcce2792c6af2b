"""Facts about users, sent inside the transaction that makes them true."""

from django.dispatch import Signal

preferences_changed = Signal()  # user, changes (names of fields), now
user_created = Signal()  # user, actor (None: the house itself), now
user_deactivated = Signal()  # user, actor (None: the house itself), now
sessions_ending = Signal()  # sessions (allauth's UserSession, a list): they are about to go, their data is still there

"""Facts about users, sent inside the transaction that makes them true."""

from django.dispatch import Signal

user_created = Signal()  # user, actor (None: the house itself), now

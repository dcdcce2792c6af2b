"""Open pages hear of mail: whose mailboxes changed reads the list anew."""

from __future__ import annotations

from collections.abc import Collection

from apps.accounts.models import TeamMembership
from apps.core import clock, live
from apps.core.kept import forget_kept
from apps.messaging.models import MailAccount
from apps.messaging.selectors.unread import forget_unread

_MANY = 50  # from here on a page is told of its mailbox alone


def readers_of(account_ids: Collection[int]) -> dict[int, set[int]]:
    """The ids of the users who read each of these mailboxes whole: owner, members, today's people of its team."""
    readers: dict[int, set[int]] = {pk: set() for pk in account_ids}
    teams: dict[int, list[int]] = {}
    rows = MailAccount.objects.filter(pk__in=account_ids).values_list("pk", "owner", "team", "members")
    for pk, owner, team, member in rows:
        readers[pk] |= {each for each in (owner, member) if each is not None}
        if team is not None and pk not in teams.setdefault(team, []):
            teams[team].append(pk)
    if teams:
        today = clock.now().date()
        there = TeamMembership.objects.filter(team__in=teams, valid_from__lte=today).exclude(valid_to__lte=today)
        for team, user in there.values_list("team", "user"):
            for pk in teams[team]:
                readers[pk].add(user)
    return readers


def forget_mailboxes(reader_ids: Collection[int]) -> None:
    """Who reads or sends from a mailbox is asked anew, of these users; called in the transaction of the change."""
    forget_kept()
    forget_unread(reader_ids)


def announce_mail(pairs: Collection[tuple[int, int]]) -> None:
    """Tell the readers of each (account id, thread id) that it changed, once the transaction is through.

    Thread 0 stands for many of that mailbox.
    """
    pairs = sorted(set(pairs))
    if not pairs:
        return
    readers = readers_of({account for account, _thread in pairs})
    forget_unread({user for users in readers.values() for user in users})
    if len(pairs) > _MANY:
        pairs = [(account, 0) for account in sorted({account for account, _thread in pairs})]
    for account, thread in pairs:
        for user in sorted(readers[account]):
            live.publish(f"user:{user}", "mail", {"thread": thread, "account": account})

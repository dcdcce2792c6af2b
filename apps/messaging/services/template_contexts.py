"""What templates may be filled from: records of a type, and what they offer. Upper apps register theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.core.contributions import Registry

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.contacts.models import Entity

SHARED = ""  # the sender, the house and the day: part of every context
CONTACT = "contacts.entity"


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that an author may use: `{{ contact.first_name }}`, its title in the picker, and what it may say."""

    path: str
    title: Any  # lazily translated
    example: Any = ""


@dataclass(frozen=True, slots=True)
class TemplateContext:
    """Records of one type. `read(user, record_id, language, now)` gives plain values of a record that `user` sees.

    It raises Http404 otherwise, and leaves out what the record doesn't have: that becomes a gap. `recipient` names
    the contact that a mail about the record goes to.
    """

    title: Any
    variables: Sequence[Variable]
    read: Callable[[User, int, str, datetime], Mapping[str, Any]]
    recipient: Callable[[User, int], Entity | None] | None = None
    offered: Callable[[User], list[tuple[int, str]]] | None = None  # records to try a template with, and their names


template_contexts: Registry[TemplateContext] = Registry()

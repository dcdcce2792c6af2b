"""What people type about topics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer
from apps.projects.models import Message
from apps.projects.selectors.topics import TopicRow, with_answers
from apps.projects.services.topics import TITLE_LENGTH


class TopicForm(forms.Form):
    title = forms.CharField(label=_("Name"), max_length=TITLE_LENGTH)


class MoveForm(forms.Form):
    """Which of `messages` go where; chosen at first: the first one and what answers it."""

    NEW: ClassVar[str] = "new"
    NONE: ClassVar[str] = "none"

    topic = forms.ChoiceField(label=_("Topic"))
    title = forms.CharField(label=_("Name of the new topic"), max_length=TITLE_LENGTH, required=False)
    messages = forms.TypedMultipleChoiceField(label=_("Messages"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, messages: Sequence[Message], topics: Sequence[TopicRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = messages[0].topic_id
        places = [(self.NEW, gettext("A new topic"))]
        places += [(str(row.pk), row.title) for row in topics if not row.is_closed and row.pk != current]
        if current is not None:
            places.append((self.NONE, gettext("No topic")))
        offer(self, "topic", places)
        offer(self, "messages", [(each.pk, _line(each)) for each in messages])
        self.initial.setdefault("messages", with_answers(messages))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("topic") == self.NEW and not given.get("title", "").strip():
            raise ValidationError({"title": _("A topic needs a name.")})
        return given


def _line(message: Message) -> str:
    words = Truncator(message.text).chars(90) or str(_("Files"))
    return f"{message.author.display_name}: {words}"

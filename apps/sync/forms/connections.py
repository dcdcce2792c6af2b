"""Connections as an administrator describes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contacts.models import FieldDefinition
from apps.core.contributions import analytics_facts
from apps.sync.models import Connection
from apps.sync.services.connections import options
from apps.sync.services.connections.audience import offered
from apps.sync.services.connections.options import FIELDS, AnalyticsOptions, MailchimpOptions
from apps.sync.services.connections.setup import ConnectionInput

if TYPE_CHECKING:
    from apps.accounts.models import User

_PLAIN = ["text", "number", "money", "date", "yes_no", "url"]  # types of custom fields that are a line of text


class ConnectionForm(forms.Form):
    """What all kinds have. `secret` is never shown again; left empty, the kept one stays."""

    kept = _("Left empty, the one that is kept stays.")

    name = forms.CharField(label=_("Name"), max_length=100)
    secret = forms.CharField(
        label=_("Key"), max_length=300, required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, connection: Connection | None = None, **kwargs: Any) -> None:
        if connection is not None:
            kwargs["initial"] = self.initial_of(connection)
        super().__init__(*args, **kwargs)
        self.user = user
        if connection is None:
            self.fields["secret"].required = True
        else:
            self.fields["secret"].help_text = self.kept

    def initial_of(self, connection: Connection) -> dict[str, Any]:
        return {"name": connection.name, "seen": connection.version, **connection.options}

    def to_options(self) -> MailchimpOptions | AnalyticsOptions:
        raise NotImplementedError

    def to_input(self) -> ConnectionInput:
        data = self.cleaned_data
        return ConnectionInput(name=data["name"], secret=data["secret"], options=self.to_options(), seen=data["seen"])


class MailchimpForm(ConnectionForm):
    audience = forms.CharField(
        label=_("Audience ID"),
        max_length=40,
        help_text=_("In Mailchimp: Audience, Settings, Audience name and defaults. Another one begins anew."),
    )
    choice = forms.ChoiceField(
        label=_("Which contacts"),
        help_text=_(
            "A saved view of contacts, yours or an administrator's. Those of personal folders never leave the house."
        ),
    )
    with_tags = forms.BooleanField(label=_("Personas as tags"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["choice"]
        choice.choices = [("", "---------"), *offered(self.user)]
        for key, (title, usual) in our_fields().items():
            words = _("Merge tag of %(field)s") % {"field": title}
            self.fields[f"field_{key}"] = forms.CharField(label=words, max_length=10, required=False, initial=usual)
        first = next(iter(FIELDS))
        self.fields[f"field_{first}"].help_text = _("A field without a merge tag doesn't leave the house.")

    def initial_of(self, connection: Connection) -> dict[str, Any]:
        kept = options.mailchimp(connection.options)
        empty = {f"field_{key}": "" for key in our_fields()}
        return super().initial_of(connection) | empty | {f"field_{key}": tag for key, tag in kept.fields.items()}

    def to_options(self) -> MailchimpOptions:
        data = self.cleaned_data
        tags = {key: data[f"field_{key}"].strip().upper() for key in our_fields()}
        return MailchimpOptions(
            audience=data["audience"].strip(),
            choice=data["choice"],
            fields={key: tag for key, tag in tags.items() if tag},
            with_tags=data["with_tags"],
        )


class AnalyticsForm(ConnectionForm):
    measurement_id = forms.CharField(
        label=_("Measurement ID"), max_length=30, help_text=_("It begins with G- and stands beside the data stream.")
    )
    events = forms.MultipleChoiceField(label=_("Events"), widget=forms.CheckboxSelectMultiple)
    tells_apart = forms.BooleanField(
        label=_("Tell contacts apart"),
        required=False,
        help_text=_("By a number that only this house can trace back. Without it, all events are the house's own."),
    )
    with_worth = forms.BooleanField(label=_("With what an opportunity is worth"), required=False)
    asks_first = forms.BooleanField(
        label=_("Ask Google's validation server before each request"),
        required=False,
        help_text=_("Slower; what it finds is shown here. Otherwise Google drops in silence what it doesn't like."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events: Any = self.fields["events"]
        events.choices = [(name, fact.title) for name, fact in analytics_facts.items()]

    def to_options(self) -> AnalyticsOptions:
        data = self.cleaned_data
        return AnalyticsOptions(
            measurement_id=data["measurement_id"].strip().upper(),
            events=tuple(data["events"]),
            tells_apart=data["tells_apart"],
            with_worth=data["with_worth"],
            asks_first=data["asks_first"],
        )


FORMS: dict[str, type[ConnectionForm]] = {
    Connection.Kind.MAILCHIMP: MailchimpForm,
    Connection.Kind.GA4: AnalyticsForm,
}


def our_fields() -> dict[str, tuple[Any, str]]:
    """What of a contact may leave, by key, with its title and usual merge tag; custom fields after the others."""
    own = FieldDefinition.objects.filter(
        target__in=["person", "organisation"], retired_at__isnull=True, field_type__in=_PLAIN
    )
    custom = {f"custom:{field.key}": (field.label, "") for field in own.order_by("position", "label", "pk")}
    return {**FIELDS, **custom}

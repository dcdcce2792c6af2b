"""An opportunity as it is typed, how it is moved, and what boards and forecasts are narrowed to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.accounts.models import Team
from apps.accounts.permissions import STAFF_ROLES
from apps.accounts.selectors import staff_users
from apps.contacts.forms.custom import add_custom_fields, custom_values
from apps.contacts.forms.ties import EntitiesChoiceField
from apps.contacts.models import Entity
from apps.core.choosing import offer, offer_rows
from apps.crm.forms.people import DayInput, StaffField
from apps.crm.models import LostReason, Opportunity, PipelineStage
from apps.crm.selectors.opportunities import OpportunityFilter
from apps.crm.services.opportunities import MOST_CONTACTS, OWN_FIELDS, REASON_LENGTH, ROLE_LENGTH, OpportunityInput

if TYPE_CHECKING:
    from apps.accounts.models import User

CURRENCIES = ("UAH", "EUR", "USD", "PLN", "GBP", "CHF")
_MOST = 10**12 - 1
_ROLE = "role-"
Choices = list[tuple[str, Any]]


class OpportunityForm(forms.Form):
    """`stage` only where it is made; `version` is what the typist saw."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=forms.TextInput({"autofocus": True}))
    contacts = forms.MultipleChoiceField(label=_("People and organisations"), required=False)
    stage = forms.ModelChoiceField(label=_("Stage"), queryset=PipelineStage.objects.none())
    expected_on = forms.DateField(label=_("Expected close"), required=False, widget=DayInput)
    revenue = forms.DecimalField(
        label=_("Revenue"), required=False, min_value=0, max_value=_MOST, max_digits=14, decimal_places=2
    )
    margin = forms.DecimalField(
        label=_("Margin"), required=False, min_value=-_MOST, max_value=_MOST, max_digits=14, decimal_places=2
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(each, each) for each in CURRENCIES])
    probability = forms.IntegerField(
        label=_("Probability, %"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Left empty it is that of the stage."),
    )
    owner = StaffField(label=_("Owner"), required=False, empty_label=_("nobody"))
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("none"))
    source = forms.CharField(
        label=_("Source"), required=False, max_length=100, help_text=_("A fair, a recommendation, the web site ...")
    )
    competitors = forms.CharField(
        label=_("Competitors"), required=False, max_length=1000, help_text=_("Several with commas between.")
    )
    notes = forms.CharField(label=_("Notes"), required=False, max_length=10_000, widget=forms.Textarea({"rows": 4}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, opportunity: Opportunity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["contacts"] = EntitiesChoiceField(
            user=user,
            label=_("People and organisations"),
            required=False,
            help_text=_("The first one is whom it is sold to."),
        )
        field: Any = self.fields["owner"]
        field.offer(STAFF_ROLES)
        offer_rows(self, "team", Team.objects.filter(retired_at=None).order_by("name"))
        if opportunity is None:
            stages = PipelineStage.objects.offered().filter(
                pipeline__purpose="opportunity", pipeline__retired_at=None, outcome=PipelineStage.Outcome.OPEN
            )
            choice: Any = self.fields["stage"]
            choice.queryset = stages.select_related("pipeline").order_by("pipeline__position", "position", "pk")
            choice.label_from_instance = lambda stage: f"{stage.pipeline.title}: {stage.title}"
            choice.empty_label = None
            del self.fields["version"]
        else:
            del self.fields["stage"]
        self._ask_roles()
        values = opportunity.attributes if opportunity is not None else None
        add_custom_fields(self, target=OWN_FIELDS, entity=None, user=user, values=values)
        self.order_fields(
            [*("title", "contacts"), *(name for name in self.fields if name.startswith(_ROLE)), *self.fields]
        )

    def _ask_roles(self) -> None:
        """A field for each contact that it has already, or that was chosen before the form came back."""
        asked = self.data.getlist("contacts") if hasattr(self.data, "getlist") else []
        ids = [int(each) for each in asked if each.isdecimal() and len(each) < 19] or self.initial.get("contacts", [])
        found = Entity.objects.visible_to(self.user).in_bulk(list(ids)[:MOST_CONTACTS])
        for pk in dict.fromkeys(ids):
            if (entity := found.get(pk)) is not None:
                label = _("Role of %(name)s") % {"name": entity.display_name}
                widget = forms.TextInput({"placeholder": _("decides, uses it, installs ...")})
                self.fields[f"{_ROLE}{pk}"] = forms.CharField(
                    label=label, required=False, max_length=ROLE_LENGTH, widget=widget
                )

    def data_input(self) -> OpportunityInput:
        given = self.cleaned_data
        return OpportunityInput(
            title=given["title"],
            contacts=self._in_order(given["contacts"]),
            owner=given["owner"],
            team=given["team"],
            expected_on=given["expected_on"],
            revenue=given["revenue"],
            margin=given["margin"],
            currency=given["currency"],
            probability=given["probability"],
            source=given["source"],
            competitors=given["competitors"].split(","),
            notes=given["notes"],
            roles={int(name.removeprefix(_ROLE)): role for name, role in given.items() if name.startswith(_ROLE)},
            fields=custom_values(self),
        )

    def _in_order(self, entities: Iterable[Entity]) -> list[Entity]:
        """As they were chosen, not as the database gives them."""
        asked = self.data.getlist("contacts") if hasattr(self.data, "getlist") else []
        return sorted(entities, key=lambda entity: asked.index(str(entity.pk)) if str(entity.pk) in asked else 0)

    @staticmethod
    def initial_of(opportunity: Opportunity, contacts: Mapping[int, str]) -> dict[str, Any]:
        """`contacts` are roles by their ids, whom it is sold to first."""
        names = (
            *("title", "owner", "team", "expected_on", "revenue", "margin", "currency", "probability", "source"),
            *("notes", "version"),
        )
        values = {name: getattr(opportunity, name) for name in names}
        roles = {f"{_ROLE}{pk}": role for pk, role in contacts.items()}
        return values | roles | {"contacts": list(contacts), "competitors": ", ".join(opportunity.competitors)}


class OpportunityMoveForm(forms.Form):
    """To which stage, and why; of a lost one for which of the reasons that are counted."""

    stage = forms.ModelChoiceField(label=_("Stage"), queryset=PipelineStage.objects.none(), empty_label=None)
    lost_reason = forms.ModelChoiceField(
        label=_("Lost because of"),
        queryset=LostReason.objects.none(),
        required=False,
        empty_label=pgettext_lazy("lost reason", "not said"),
        help_text=_("Counts only where it is lost."),
    )
    reason = forms.CharField(label=_("Why"), required=False, max_length=REASON_LENGTH)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, opportunity: Opportunity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stages: Any = self.fields["stage"]
        stages.queryset = opportunity.pipeline.stages.offered().order_by("position", "pk")
        reasons: Any = self.fields["lost_reason"]
        reasons.queryset = LostReason.objects.offered().order_by("position", "pk")


class LostReasonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput({"autofocus": True}))


ME = "me"


class OpportunityFilterForm(forms.Form):
    """Nonsense in the address narrows nothing."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        offer(self, "owner", cache(self._people))
        offer(self, "team", cache(_teams))

    def _people(self) -> Choices:
        others = [(str(each.pk), str(each)) for each in staff_users() if each.pk != self.user.pk]
        return [("", _("Everybody")), (ME, _("Me")), *others]

    def wanted(self) -> OpportunityFilter:
        self.is_valid()
        typed = self.cleaned_data
        owner, team = typed.get("owner", ""), typed.get("team", "")
        return OpportunityFilter(
            words=typed.get("q", "").replace("\x00", "").strip(),
            owner=self.user.pk if owner == ME else _id(owner),
            team=_id(team),
        )


class ForecastForm(OpportunityFilterForm):
    first = forms.DateField(label=pgettext_lazy("day", "From"), required=False, widget=DayInput)
    last = forms.DateField(label=_("To"), required=False, widget=DayInput)
    field_order = ["first", "last", "owner", "team", "q"]

    def span(self, first: date, last: date) -> tuple[date, date]:
        """The days asked for, else these; at most five years."""
        self.is_valid()
        begin, end = self.cleaned_data.get("first") or first, self.cleaned_data.get("last") or last
        begin = max(begin, date(1990, 1, 1))
        end = min(max(begin, end), date(2200, 12, 31))
        return begin, min(end, date(begin.year + 5, 12, 31))


def _teams() -> Choices:
    teams = Team.objects.filter(retired_at__isnull=True).order_by("name", "pk")
    return [("", _("All teams")), *((str(each.pk), each.name) for each in teams)]


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None

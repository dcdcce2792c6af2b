"""What is typed about a campaign: its terms, its words, the time it is planned for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer_rows
from apps.crm.models import Campaign, MailingTopic, Segment
from apps.crm.models.campaigns import MOST_PER_MINUTE
from apps.crm.selectors.segments import name_of
from apps.messaging.models import MailAccount, MailTemplate
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.liquid.scanning import LONGEST_SOURCE
from apps.messaging.services.template_contexts import CONTACT, SHARED

if TYPE_CHECKING:
    from apps.accounts.models import User

    _Choice = forms.ModelChoiceField[Segment]
else:
    _Choice = forms.ModelChoiceField


class SegmentField(_Choice):
    """A campaign's own segment is offered in any case; `reader` sees the names of those they may see."""

    reader: User

    def label_from_instance(self, obj: Segment) -> str:
        return name_of(obj, self.reader)


class TermsForm(forms.Form):
    """`template` only where it is made, `version` only where it is changed."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**9)
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    segment = SegmentField(
        label=_("Goes to the segment"), required=False, queryset=Segment.objects.none(), empty_label=_("Not chosen yet")
    )
    topic = forms.ModelChoiceField(
        label=_("Topic"),
        required=False,
        queryset=MailingTopic.objects.none(),
        empty_label=_("None: only those who want all mailings"),
        help_text=_("Readers leave and take up topics by themselves."),
    )
    account = forms.ModelChoiceField(
        label=_("Sent from"), required=False, queryset=MailAccount.objects.none(), empty_label=_("The house")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    template = forms.ModelChoiceField(
        label=_("Begin with the template"),
        required=False,
        queryset=MailTemplate.objects.none(),
        empty_label=_("An empty page"),
    )
    per_minute = forms.IntegerField(label=_("Mails a minute"), min_value=1, max_value=MOST_PER_MINUTE)
    tracks_clicks = forms.BooleanField(label=_("Count who follows links"), required=False)
    tracks_opens = forms.BooleanField(
        label=_("Count who opens it"), required=False, help_text=_("By a picture, so mail programs tell less than all.")
    )

    def __init__(self, *args: Any, user: User, campaign: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = Q(pk=campaign.segment_id) if campaign and campaign.segment_id else Q()
        segments = Segment.objects.visible_to(user).live()
        if chosen:
            segments = segments | Segment.objects.filter(chosen)
        offer_rows(self, "segment", segments.order_by("name", "pk"))
        cast("SegmentField", self.fields["segment"]).reader = user
        topics = MailingTopic.objects.filter(Q(is_active=True) | Q(pk=campaign.topic_id if campaign else None))
        offer_rows(self, "topic", topics.order_by("title", "pk"))
        accounts = sending_accounts(user)
        if campaign and campaign.account_id:
            accounts = accounts | MailAccount.objects.filter(pk=campaign.account_id)
        offer_rows(self, "account", accounts.order_by("address"))
        if campaign is None:
            templates = MailTemplate.objects.visible_to(user).in_use().filter(context_type__in=[CONTACT, SHARED])
            offer_rows(self, "template", templates.order_by("name", "pk"))
        else:
            del self.fields["template"]
        if not settings.RAPPORT_TRACK_OPENS:
            del self.fields["tracks_opens"]

    def terms(self) -> dict[str, Any]:
        """The fields of a CampaignInput."""
        names = ("name", "segment", "topic", "account", "language", "per_minute", "tracks_clicks", "tracks_opens")
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class WordsForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    subject = forms.CharField(
        label=_("Subject"), max_length=1000, widget=forms.TextInput(attrs={"data-words": True, "autocomplete": "off"})
    )
    body = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=4 * LONGEST_SOURCE,
        widget=forms.Textarea(attrs={"rows": 16, "data-words": True, "spellcheck": "true"}),
    )
    subject_b = forms.CharField(
        label=_("A second subject to try"),
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"data-words": True, "autocomplete": "off"}),
        help_text=_("Empty: everybody gets the first one."),
    )
    test_share = forms.IntegerField(label=_("Tried on so many percent"), min_value=1, max_value=100)
    wait_hours = forms.IntegerField(
        label=_("Hours to wait before the better one goes to the rest"), min_value=0, max_value=168
    )
    winner_by = forms.ChoiceField(label=_("The better one is"), choices=Campaign.Measure.choices)

    NAMES = ("subject", "subject_b", "body", "test_share", "wait_hours", "winner_by")

    def words(self) -> dict[str, Any]:
        """The fields of a CampaignInput."""
        return {name: self.cleaned_data[name] for name in self.NAMES}


class ScheduleForm(forms.Form):
    at = forms.DateTimeField(
        label=_("Begins on"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )

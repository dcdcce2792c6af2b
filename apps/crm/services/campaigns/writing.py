"""A campaign's words and terms, as long as it is a draft."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from apps.core.refusals import Refused
from apps.core.services.operations import operate, snapshot
from apps.crm.models import Campaign, MailingTopic, Segment
from apps.crm.models.campaigns import MOST_PER_MINUTE
from apps.crm.permissions.campaigns import sends_campaigns
from apps.messaging.models import MailAccount, MailTemplate
from apps.messaging.selectors.sending import sending_accounts
from apps.messaging.services.liquid.scanning import LONGEST_SOURCE
from apps.messaging.services.template_insertion import current_version
from apps.messaging.services.template_language import SUBJECT_LENGTH, check, clean_body

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignInput:
    """What is written about a campaign. `test_share` is in percent, `wait_hours` in hours."""

    name: str
    topic: MailingTopic | None = None
    segment: Segment | None = None
    account: MailAccount | None = None
    language: str = ""
    subject: str = ""
    subject_b: str = ""
    body: str = ""
    test_share: int = 20
    wait_hours: int = 4
    winner_by: str = Campaign.Measure.CLICKED
    tracks_opens: bool = False
    tracks_clicks: bool = True
    per_minute: int = 300


class CampaignChanged(Refused):
    """Somebody else has saved it meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has changed this campaign meanwhile. Load the page again, then change it."))


class NotADraft(Refused):
    """It is planned or has begun."""

    def __init__(self) -> None:
        super().__init__(_("Only a draft can be changed."))


def make_campaign(*, actor: User, data: CampaignInput, now: datetime, template: MailTemplate | None = None) -> Campaign:
    """A new draft, with the words of `template` where one is given. Raises PermissionDenied, ValidationError."""
    if not sends_campaigns(actor):
        raise PermissionDenied
    campaign = Campaign(made_by=actor, created_at=now, changed_at=now)
    _assign(campaign, data, actor)
    if template is not None:
        words = current_version(actor, template.key, campaign.language)
        campaign.subject, campaign.body, campaign.language = words.subject, words.body, words.language
    with operate(actor=actor, verb="campaign.made", now=now) as recorder:
        campaign.save(force_insert=True)
        recorder.created(campaign)
    return campaign


def change_campaign(
    *, actor: User, campaign: Campaign, data: CampaignInput, seen_version: int, now: datetime
) -> Campaign:
    """Write a draft anew. Raises PermissionDenied, CampaignChanged, NotADraft, ValidationError by field."""
    if not sends_campaigns(actor):
        raise PermissionDenied
    with operate(actor=actor, verb="campaign.changed", now=now) as recorder:
        held = Campaign.objects.select_for_update(of=["self"]).get(pk=campaign.pk)
        if held.state != Campaign.State.DRAFT:
            raise NotADraft
        if held.version != seen_version:
            raise CampaignChanged
        before = snapshot(held)
        _assign(held, data, actor)
        held.version, held.changed_at, held.trouble = held.version + 1, now, ""
        held.save()
        recorder.updated(held, before)
    return held


def copy_campaign(*, actor: User, campaign: Campaign, now: datetime) -> Campaign:
    """A draft of the same words and terms, to go on from; of a mailbox that `actor` doesn't send from the house's."""
    data = replace(written(campaign), name=_("%(name)s (copy)") % {"name": campaign.name[:90]})
    if campaign.account_id and not sending_accounts(actor).filter(pk=campaign.account_id).exists():
        data = replace(data, account=None)
    if campaign.segment is not None and not _may_use(actor, campaign.segment):
        data = replace(data, segment=None)
    return make_campaign(actor=actor, data=data, now=now)


def written(campaign: Campaign) -> CampaignInput:
    """What is written about it now, to change a part of."""
    return CampaignInput(**{each.name: getattr(campaign, each.name) for each in fields(CampaignInput)})


def _may_use(actor: User, segment: Segment) -> bool:
    return Segment.objects.visible_to(actor).live().filter(pk=segment.pk).exists()


def _assign(campaign: Campaign, data: CampaignInput, actor: User) -> None:
    name = " ".join(data.name.replace("\x00", "").split())
    if not name:
        raise ValidationError({"name": _("A name is needed.")})
    campaign.name = name[:100]
    if data.segment is not None and data.segment.pk != campaign.segment_id and not _may_use(actor, data.segment):
        raise ValidationError({"segment": _("There is no such choice.")})
    other_account = data.account is not None and data.account.pk != campaign.account_id
    if other_account and not sending_accounts(actor).filter(pk=data.account.pk).exists():  # type: ignore[union-attr]  # other_account says so
        raise ValidationError({"account": _("Choose a mailbox that you may send from.")})
    campaign.topic, campaign.segment, campaign.account = data.topic, data.segment, data.account
    campaign.language = data.language if data.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    _assign_words(campaign, data)
    _assign_test(campaign, data)
    campaign.tracks_opens, campaign.tracks_clicks = data.tracks_opens, data.tracks_clicks
    if not 1 <= data.per_minute <= MOST_PER_MINUTE:
        raise ValidationError({"per_minute": _("From 1 to %(most)s.") % {"most": MOST_PER_MINUTE}})
    campaign.per_minute = data.per_minute


def _assign_words(campaign: Campaign, data: CampaignInput) -> None:
    subjects = {name: " ".join(getattr(data, name).replace("\x00", "").split()) for name in ("subject", "subject_b")}
    for name, words in subjects.items():
        if len(words) > SUBJECT_LENGTH:
            raise ValidationError({name: _("At most %(limit)s letters fit here.") % {"limit": SUBJECT_LENGTH}})
        setattr(campaign, name, words)
    if len(data.body) > LONGEST_SOURCE:
        raise ValidationError({"body": _("At most %(limit)s letters fit here.") % {"limit": LONGEST_SOURCE}})
    campaign.body = clean_body(data.body.replace("\x00", "")).strip()
    problems: dict[str, list[str]] = {}
    for name in ("subject", "subject_b"):
        for problem in check(_Words(subjects[name], campaign.body)):
            field = name if problem.part == "subject" else problem.part
            if str(problem) not in problems.setdefault(field, []):
                problems[field].append(str(problem))
    if problems:
        raise ValidationError(problems)


def _assign_test(campaign: Campaign, data: CampaignInput) -> None:
    if not 1 <= data.test_share <= 100:
        raise ValidationError({"test_share": _("From 1 to 100 percent.")})
    if not 0 <= data.wait_hours <= 168:
        raise ValidationError({"wait_hours": _("From 0 to 168 hours.")})
    campaign.test_share, campaign.wait_hours, campaign.winner_by = data.test_share, data.wait_hours, data.winner_by
    if not data.subject_b:
        return
    if data.subject == data.subject_b:
        raise ValidationError({"subject_b": _("Both subjects are the same.")})
    missing = {
        Campaign.Measure.OPENED.value: not (data.tracks_opens and settings.RAPPORT_TRACK_OPENS),
        Campaign.Measure.CLICKED.value: not data.tracks_clicks,
    }
    if missing.get(data.winner_by):
        raise ValidationError(
            {"winner_by": _("That is not counted in this campaign: choose another way, or count it.")}
        )


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    body: str

from apps.crm.services.campaigns.running import run_campaigns
from apps.crm.services.campaigns.starting import (
    WrongState,
    schedule_campaign,
    start_campaign,
    unschedule_campaign,
)
from apps.crm.services.campaigns.steering import cancel_campaign, pause_campaign, resume_campaign
from apps.crm.services.campaigns.trying import send_test
from apps.crm.services.campaigns.writing import (
    CampaignChanged,
    CampaignInput,
    NotADraft,
    change_campaign,
    copy_campaign,
    make_campaign,
    written,
)

__all__ = [
    "CampaignChanged",
    "CampaignInput",
    "NotADraft",
    "WrongState",
    "cancel_campaign",
    "change_campaign",
    "copy_campaign",
    "make_campaign",
    "pause_campaign",
    "resume_campaign",
    "run_campaigns",
    "schedule_campaign",
    "send_test",
    "start_campaign",
    "unschedule_campaign",
    "written",
]

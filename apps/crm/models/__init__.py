from apps.crm.models.assignment_rules import AssignmentRule, AssignmentRun
from apps.crm.models.assignments import Absence, Assignment
from apps.crm.models.campaign_recipients import CampaignRecipient
from apps.crm.models.campaigns import Campaign, CampaignClick, CampaignLink
from apps.crm.models.claim_parts import ClaimCause, ClaimPart, ClaimSubject, PartKind
from apps.crm.models.claims import Claim, ClaimPhoto, Compensation
from apps.crm.models.content import GuidePage, NewsItem
from apps.crm.models.dealer_feed import DealerFeed, DealerFeedChange, DealerFeedKey, DealerFeedMark
from apps.crm.models.dealers import Dealer, DealerPlant, DealerUser, Plant
from apps.crm.models.feed import ExternalRef, FeedStatus, FieldOwner, Waiting
from apps.crm.models.hand_overs import HandOver, HandOverItem
from apps.crm.models.inquiries import Inquiry
from apps.crm.models.ledger import LedgerEntry, LedgerMonth
from apps.crm.models.mailings import MailingSecret, MailingTopic
from apps.crm.models.opportunities import LostReason, Opportunity, OpportunityContact, OpportunityStep
from apps.crm.models.orders import (
    Construction,
    ConstructionPhoto,
    ConstructionPrice,
    Order,
    OrderEvent,
    OrderMoney,
    OrderState,
    Stage,
    Status,
)
from apps.crm.models.personas import EntityPersona, Persona
from apps.crm.models.pipelines import JourneyStep, Pipeline, PipelineStage
from apps.crm.models.promises import Promise, PromiseProgress, StageTiming
from apps.crm.models.rules import Rule, RuleRun
from apps.crm.models.segments import Segment
from apps.crm.models.sequences import Enrolment, PlannedStep, Sequence, SequenceMail, SequenceStep
from apps.crm.models.shipments import Shipment, ShipmentItem, ShipmentStop
from apps.crm.models.summaries import Summary
from apps.crm.models.team_contacts import TeamContact
from apps.crm.models.unloading import DeliveryLink, DeliveryLinkVisit, UnloadingAct

__all__ = [
    "Absence",
    "Assignment",
    "AssignmentRule",
    "AssignmentRun",
    "Campaign",
    "CampaignClick",
    "CampaignLink",
    "CampaignRecipient",
    "Claim",
    "ClaimCause",
    "ClaimPart",
    "ClaimPhoto",
    "ClaimSubject",
    "Compensation",
    "Construction",
    "ConstructionPhoto",
    "ConstructionPrice",
    "Dealer",
    "DealerFeed",
    "DealerFeedChange",
    "DealerFeedKey",
    "DealerFeedMark",
    "DealerPlant",
    "DealerUser",
    "DeliveryLink",
    "DeliveryLinkVisit",
    "Enrolment",
    "EntityPersona",
    "ExternalRef",
    "FeedStatus",
    "FieldOwner",
    "GuidePage",
    "HandOver",
    "HandOverItem",
    "Inquiry",
    "JourneyStep",
    "LedgerEntry",
    "LedgerMonth",
    "LostReason",
    "MailingSecret",
    "MailingTopic",
    "NewsItem",
    "Opportunity",
    "OpportunityContact",
    "OpportunityStep",
    "Order",
    "OrderEvent",
    "OrderMoney",
    "OrderState",
    "PartKind",
    "Persona",
    "Pipeline",
    "PipelineStage",
    "PlannedStep",
    "Plant",
    "Promise",
    "PromiseProgress",
    "Rule",
    "RuleRun",
    "Segment",
    "Sequence",
    "SequenceMail",
    "SequenceStep",
    "Shipment",
    "ShipmentItem",
    "ShipmentStop",
    "Stage",
    "StageTiming",
    "Status",
    "Summary",
    "TeamContact",
    "UnloadingAct",
    "Waiting",
]

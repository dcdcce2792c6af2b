"""Facts about orders and settlements, sent inside the transaction that makes them true."""

from django.dispatch import Signal

# Changes of a feed were applied. touched ({dealer id: order ids}, approved ones), accounts (ids of dealers whose
# balance may be another one), happenings (a list of services.feed.outcome.Happening: order_id, dealer_id, kind, at).
orders_changed = Signal()
# compensations (ids of Compensation), now: accounting has booked them, or has taken that back.
compensations_booked = Signal()
# entities, left (the PipelineStage that all of them have left, or None), stage, actor (or None), now: contacts stand
# somewhere else on a journey.
journey_moved = Signal()
# ids (of entities), hand_over (a HandOver), now: contacts passed to somebody else, for good or until a day.
contacts_handed_over = Signal()
# ids (of entities), actor, now: contacts have become a persona.
persona_given = Signal()
# kind (a Suppression.Reason: bounced, complained, unsubscribed), address (folded), origin (as the mailing's link names
# it, or ""), mail (the OutgoingMail, where it is known), now: a mailing came back, or its reader complained of it.
mailing_returned = Signal()
# opportunity, left (the stage it has left just now, None: it changed otherwise), actor, now.
opportunity_changed = Signal()
# claim, now: a dealer has filed it, or disputes a line of an account.
claim_filed = Signal()

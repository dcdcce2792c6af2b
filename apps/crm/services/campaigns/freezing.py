"""The recipients of a campaign written down, each address once, by one statement however many they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.crm.selectors.campaign_audience import Audience, ask, judged, told

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.crm.models import Campaign, Segment

# The test's rows come first; what follows them in a chance order spreads the mail over the servers that take it.
_FREEZE = """
WITH {judged},
placed AS (
    SELECT j.*, row_number() OVER (ORDER BY md5(%s || j.address), j.id) AS place, count(*) OVER () AS number
    FROM judged j WHERE reason = ''
),
put AS (
    INSERT INTO crm_campaignrecipient (campaign_id, entity_id, name, address, written, is_test, variant, state, error,
        message_id, is_noted)
    SELECT %s, id, left(display_name, 320), address, written, is_test,
        CASE WHEN NOT %s THEN 'a' WHEN NOT is_test THEN '' WHEN place %% 2 = 1 THEN 'a' ELSE 'b' END,
        'waiting', '', '', false
    FROM (SELECT p.*, %s AND place <= greatest(2, ceil(number * %s / 100.0)) AS is_test FROM placed p) tested
    ORDER BY place
    RETURNING 1
)
SELECT reason, count(*) FROM judged GROUP BY reason
"""


def freeze(campaign: Campaign, segment: Segment, *, user: User) -> Audience:
    """Within the transaction that starts the campaign, with what `user` sees."""
    table, parameters = judged(segment, user, campaign.scope)
    own = [f"{campaign.pk}:", campaign.pk, campaign.has_test, campaign.has_test, campaign.test_share]
    return told(ask(_FREEZE.format(judged=table), [*parameters, *own]))

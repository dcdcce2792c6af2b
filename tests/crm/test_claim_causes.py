"""Causes of claims: chosen with the decision, kept as a list, and reported; each figure is a list of claims."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from apps.contacts.models import Folder
from apps.crm.forms.claim_report import claims_url
from apps.crm.models import Claim, ClaimCause, Construction, OrderState, Stage
from apps.crm.selectors.claim_causes import DIMENSIONS, Asked, report_of_causes
from apps.crm.services import claim_steps
from apps.crm.services.claim_steps import Decision
from apps.crm.services.disputes import dispute_entry
from tests.conftest import make_user
from tests.crm.accounts import an_entry
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_construction, a_dealer, a_plant, an_order, into_portal
from tests.crm.schemes import a_scheme

pytestmark = pytest.mark.django_db


def of_the_year(by, **narrowed):
    return Asked(by=by, start=date(2026, 1, 1), end=date(2026, 12, 31), **narrowed)


@pytest.fixture
def clara(everyone_folder):
    return make_user("clara@example.com", "Clara Claims", "claims")


@pytest.fixture
def admin(everyone_folder):
    return make_user("adam@example.com", "Adam Admin", "admin")


@pytest.fixture
def dealer(dora):
    dealer = a_dealer("Svitlo Windows", plant=a_plant("kyiv"))
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def causes():
    names = ("production", "transport", "mounting", "measuring", "dealer", "none")
    return [ClaimCause.objects.get_or_create(key=key, defaults={"position": at})[0] for at, key in enumerate(names)]


@pytest.fixture
def history(dealer, dora, clara, causes):
    """Thirty orders of two plants, half of them delivered, and claims of all sorts on some."""
    dice = random.Random(6)
    plants = [a_plant("kyiv"), a_plant("lutsk")]
    for number in range(30):
        order = an_order(
            dealer, f"A-{number}", plant=dice.choice(plants), product=dice.choice(["PVC windows", "Aluminium", ""])
        )
        pieces = [a_construction(order, position=each, scheme=a_scheme("two")) for each in range(1, dice.randint(2, 4))]
        if number % 2:
            at = datetime(2026, dice.randint(1, 12), dice.randint(1, 28), 22, 30, tzinfo=UTC)
            OrderState.objects.filter(order=order).update(stage=Stage.DELIVERED, delivered_at=at)
        if dice.random() < 0.7:
            at = datetime(2026, dice.randint(1, 12), dice.randint(1, 28), 22, 30, tzinfo=UTC)
            parts = dice.sample(["frame", "pane-1", "pane-2", "handle-1"], dice.randint(0, 3))
            kind = dice.choice(["damage", "function", "size"])
            claim = a_claim(order, dora, construction=pieces[0], parts=parts, kind=kind, now=at)
            if dice.random() < 0.6:
                decision = Decision(accepted=True, text="", cause=dice.choice(causes))
                claim_steps.decide(actor=clara, claim=claim, version=1, decision=decision, now=at + timedelta(days=1))
    return Claim.objects.count()


@pytest.mark.parametrize("by", DIMENSIONS)
def test_each_figure_equals_the_stored_rows_and_the_list_that_it_leads_to(client, clara, history, by):
    asked = of_the_year(by)

    report = report_of_causes(clara, asked)

    client.force_login(clara)
    assert report.total.claims == history
    assert report.total.delivered == Construction.objects.filter(order__state__stage=Stage.DELIVERED).count()
    for row in [*report.rows, report.total]:
        counts: dict[Any, int] = {None: row.claims, "none": row.causes[None]}
        counts |= {cause.pk: row.causes[cause.pk] for cause in report.causes}
        for cause, number in ((cause, number) for cause, number in counts.items() if number):
            listed = client.get(claims_url(asked, row, cause=cause)).context["list"].total
            assert int(getattr(listed, "number", listed)) == number, (row.key, cause)
    if by != "part":
        assert sum(row.claims for row in report.rows) == history
    if by in ("product", "plant", "month"):
        assert sum(row.delivered for row in report.rows) == report.total.delivered


def test_the_parts_of_a_claim_count_once_each(clara, history):
    stored = Counter(
        kind for claim in Claim.objects.prefetch_related("marks") for kind in {mark.kind for mark in claim.marks.all()}
    )

    report = report_of_causes(clara, of_the_year("part"))

    assert {row.key: row.claims for row in report.rows if row.key} == stored


def test_the_rate_is_of_what_was_delivered_in_the_same_days_to_the_same_plants(clara, dealer, dora):
    for number in range(8):
        order = an_order(dealer, f"A-{number}", plant=a_plant("kyiv" if number else "lutsk"))
        a_construction(order)
        OrderState.objects.filter(order=order).update(stage=Stage.DELIVERED, delivered_at=NOW)
    a_claim(order, dora, now=NOW)
    a_claim(order, dora, now=NOW - timedelta(days=400))

    report = report_of_causes(clara, of_the_year("plant", plant=a_plant("kyiv").pk))

    assert [(row.claims, row.delivered, str(row.rate)) for row in report.rows] == [(1, 7, "142.86")]
    nothing = report_of_causes(clara, Asked(by="part", start=date(2020, 1, 1), end=date(2020, 12, 31)))
    assert (nothing.rows, nothing.total.rate) == ([], None)


def test_a_disputed_line_without_an_order_counts_among_those_without_a_product(client, clara, dora, dealer):
    dispute_entry(actor=dora, entry=an_entry(dealer, date(2026, 11, 1), "100.00"), text="Not ours", now=NOW)
    a_claim(an_order(dealer, "A-1", product=" "), dora, kind="delay")

    asked = of_the_year("product")
    report = report_of_causes(clara, asked)

    assert [(row.key, row.claims) for row in report.rows] == [("", 2)]
    client.force_login(clara)
    assert client.get(claims_url(asked, report.rows[0])).content.decode().count("C-0") >= 2


def test_claims_and_windows_of_dealers_out_of_sight_count_for_nobody(clara, dealer, dora):
    order = an_order(dealer, "A-1")
    OrderState.objects.filter(order=order).update(stage=Stage.DELIVERED, delivered_at=NOW)
    a_construction(order)
    a_claim(order, dora)
    hidden = Folder.objects.create(name="Hidden", kind="restricted")
    dealer.entity.folder = hidden
    dealer.entity.save()

    report = report_of_causes(clara, of_the_year("part"))

    assert (report.rows, report.total.claims, report.total.delivered) == ([], 0, 0)


def test_the_report_is_a_page_and_a_file_for_staff_alone(client, clara, dora, history):
    url, file = reverse("crm:claim_report"), reverse("crm:claim_report_download", args=["csv"])
    asked = {"by": "part", "from": "2026-01-01", "to": "2026-12-31"}
    client.force_login(clara)

    page = client.get(url, asked).content.decode()
    rows = list(csv.reader(io.StringIO(client.get(file, asked).content.decode("utf-8-sig"))))

    assert "Pane" in page
    assert rows[0][:4] == ["Part", "Claims", "Delivered constructions", "Claims for 1,000"]
    assert rows[-1][:2] == ["In all", str(history)]
    assert client.get(url, {"from": "x", "to": "9999-99-99", "by": "'", "plant": "9" * 30}).status_code == 200
    client.force_login(dora)
    assert [client.get(each).status_code for each in (url, file)] == [403, 403]


def test_a_cause_is_chosen_with_the_decision_and_is_not_the_dealers_to_see(client, clara, dora, dealer, causes):
    order = an_order(dealer, "A-1")
    claim = a_claim(order, dora, construction=a_construction(order, scheme=a_scheme("one")), parts=["pane-1"])
    client.force_login(clara)
    url, decision = reverse("crm:claim_decide", args=[claim.pk]), {"version": 1, "accepted": "yes", "text": "Sorry"}

    assert client.post(url, decision).status_code == 422  # of a window there is one
    assert client.post(url, decision | {"cause": causes[1].pk}).status_code == 302

    claim.refresh_from_db()
    assert claim.cause == causes[1]
    assert "Transport" in client.get(reverse("crm:claim", args=[claim.pk])).content.decode()
    client.force_login(dora)
    assert "Transport" not in client.get(reverse("portal:claim", args=[claim.pk])).content.decode()


def test_administrators_keep_the_list_of_causes(client, admin, clara, causes):
    client.force_login(admin)
    client.post(reverse("crm:claim_cause_add"), {"name": "  Glass   supplier "})
    client.post(reverse("crm:claim_cause", args=[causes[0].pk]), {"name": "Our plant"})
    client.post(reverse("crm:claim_cause_retire", args=[causes[5].pk]))

    assert client.post(reverse("crm:claim_cause_add"), {"name": "Our plant"}).status_code == 422
    names = [str(cause) for cause in ClaimCause.objects.offered()]
    assert names == ["Our plant", "Transport", "Mounting", "Measuring", "The dealer's mistake", "Glass supplier"]
    client.force_login(clara)
    assert client.post(reverse("crm:claim_cause_add"), {"name": "Mine"}).status_code == 403

"""A claim by drawing: the parts that were tapped, what is filled in, and who sees the marked drawing."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from apps.accounts.services.tokens import create_token
from apps.core.database_roles import as_portal
from apps.core.services import files
from apps.core.services.operations import run
from apps.crm import migrations
from apps.crm.models import Claim, ClaimPart, ClaimSubject, OrderEvent, Shipment, ShipmentItem
from apps.messaging.services.documents import begin_document, document_file
from tests.conftest import make_user
from tests.crm.claims import a_claim
from tests.crm.factories import NOW, a_construction, a_dealer, a_plant, an_order, into_portal
from tests.crm.schemes import a_scheme
from tests.messaging.pdf_text import pdf_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def dealer(dora):
    dealer = a_dealer("Svitlo Windows")
    into_portal(dora, dealer)
    return dealer


@pytest.fixture
def order(dealer):
    return an_order(dealer, "A-1001", reference="Kitchen")


@pytest.fixture
def piece(order):
    return a_construction(order, "K-1", title="Kitchen window", scheme=a_scheme("two"))


@pytest.fixture
def clara(everyone_folder):
    return make_user("clara@example.com", "Clara Claims", "claims")


def a_shipment(number, day, piece, state=Shipment.State.DONE):
    shipment = Shipment.objects.create(
        plant=a_plant(),
        plant_key=number,
        number=number,
        state=state,
        planned_on=day,
        dealer_ids=[piece.dealer_id],
        as_of=NOW,
        changed_at=NOW,
    )
    ShipmentItem.objects.create(shipment=shipment, order=piece.order, construction=piece, dealer=piece.dealer)
    return shipment


def told(piece, version, batch, *, is_stale=False):
    OrderEvent.objects.create(
        order=piece.order,
        dealer=piece.dealer,
        source="kyiv-production",
        record=f"construction:{piece.plant_key}",
        version=version,
        kind="construction",
        happened_at=NOW,
        received_at=NOW,
        batch_id=batch,
        is_stale=is_stale,
    )


def test_tapped_parts_make_the_claim_and_the_rest_is_filled_in(client, dora, order, piece):
    a_shipment("S-1", "2026-10-01", piece)
    newest = a_shipment("S-2", "2026-10-20", piece)
    a_shipment("S-3", "2026-11-30", piece, Shipment.State.PLANNED)  # has carried nothing yet
    told(piece, 1, 7001)
    told(piece, 3, 7003)
    told(piece, 2, 7002, is_stale=True)
    client.force_login(dora)
    url = reverse("portal:claim_file", args=[order.pk])

    page = client.get(url).content.decode()
    for words in ("Kitchen window", "S-2", "kyiv-production", "7003", "4. Left sash, pane", 'name="parts"'):
        assert words in page
    answer = client.post(url, {"construction": piece.pk, "kind": "damage", "parts": ["pane-2", "handle-1"]})

    claim = Claim.objects.get()
    assert answer["Location"] == reverse("portal:claim", args=[claim.pk])
    assert (claim.construction, claim.shipment, claim.text) == (piece, newest, "")
    marks = claim.marks.order_by("number").values_list("number", "part", "kind", "label")
    assert list(marks) == [(5, "handle-1", "handle", "Left sash, handle"), (7, "pane-2", "pane", "Right sash, pane")]
    subject = claim.subject
    assert (subject.source, subject.batch_id, subject.scheme) == ("kyiv-production", 7003, piece.scheme)


@pytest.mark.parametrize("part", ["pane-9", '"><script>', "usual-pane", "x" * 500])
def test_a_part_that_is_not_on_the_drawing_is_refused(client, dora, order, piece, part):
    client.force_login(dora)
    data = {"construction": piece.pk, "kind": "damage", "text": "Broken", "parts": ["pane-1", part]}

    answer = client.post(reverse("portal:claim_file", args=[order.pk]), data)

    assert answer.status_code == 422
    assert "<script" not in answer.content.decode().replace('<script src="', "")
    with pytest.raises(ValidationError):
        a_claim(order, dora, construction=piece, parts=[part])
    with pytest.raises(ValidationError):
        a_claim(order, dora, parts=["pane-1"])  # of the whole order
    assert not Claim.objects.exists()


def test_words_are_needed_where_nothing_is_marked(client, dora, order, piece):
    client.force_login(dora)

    answer = client.post(reverse("portal:claim_file", args=[order.pk]), {"construction": piece.pk, "kind": "damage"})

    assert answer.status_code == 422
    assert "Write a few words first." in answer.content.decode()


def test_what_was_marked_stays_where_it_was_when_the_plant_draws_anew(client, dora, order, piece):
    claim = a_claim(order, dora, construction=piece, parts=["pane-2"])
    piece.scheme = a_scheme("one")
    piece.save()
    client.force_login(dora)

    page = client.get(reverse("portal:claim", args=[claim.pk])).content.decode()

    assert "Right sash, pane" in page
    assert 'data-part="sash-2"' in page
    assert page.count("scheme__hatch") == 1


def test_dealer_and_claim_manager_see_the_same_marked_drawing(client, dora, clara, order, piece):
    claim = a_claim(order, dora, construction=piece, parts=["pane-2", "frame"])

    client.force_login(dora)
    theirs = client.get(reverse("portal:claim", args=[claim.pk])).content.decode()
    client.force_login(clara)
    ours = client.get(reverse("crm:claim", args=[claim.pk])).content.decode()

    def drawing(page):
        return page[page.index('<svg class="scheme') :].partition("</svg>")[0]

    assert drawing(theirs) == drawing(ours)
    assert 'aria-label="Drawing with marks: 1. Frame; 7. Right sash, pane"' in ours
    assert all('claim-drawing__number">7<' in page for page in (theirs, ours))


def test_the_paper_and_programs_have_it_too(client, dora, clara, order, piece):
    claim = a_claim(order, dora, construction=piece, parts=["pane-2"])

    operation = begin_document(actor=dora, key="claim_report", record_id=claim.pk, language="en", now=NOW)
    run(operation_id=operation.pk, now=NOW)
    operation.refresh_from_db()
    paper = document_file(operation)
    _token, secret = create_token(
        actor=clara, user=clara, name="Reader", scopes=["claims:read"], expires_at=None, now=NOW
    )
    program = {"headers": {"Authorization": f"Bearer {secret}"}}
    told = client.get("/api/v1/claims", **program).json()["items"][0]
    picture = client.get(told["drawing"], **program)

    assert paper, operation.message
    with files.open_file(paper[0]) as content:
        words = pdf_text(content.read())
    assert "7. Right sash, pane" in " ".join(words.split())
    assert told["parts"] == [{"number": 7, "part": "pane-2", "kind": "pane", "label": "Right sash, pane"}]
    assert (told["construction"], picture["Content-Type"]) == ("K-1", "image/svg+xml")
    assert b"scheme__hatch" in picture.content
    other = a_claim(order, dora)
    assert client.get(f"/api/v1/claims/{other.pk}/drawing", **program).status_code == 404


def test_without_a_drawing_the_usual_parts_are_a_list(client, dora, order):
    piece = a_construction(order, kind="window")
    client.force_login(dora)

    page = client.get(reverse("portal:claim_file", args=[order.pk])).content.decode()
    claim = a_claim(order, dora, construction=piece, parts=["usual-handle"], text="")

    assert '<svg class="scheme' not in page
    assert 'value="usual-handle"' in page
    assert claim.marks.get().kind == "handle"
    assert "Handle" in client.get(reverse("portal:claim", args=[claim.pk])).content.decode()


def test_of_several_constructions_one_is_chosen_by_its_drawing(client, dora, order, piece):
    second = a_construction(order, "K-2", position=2, title="Balcony", scheme=a_scheme("door"))
    for number in range(3, 30):
        a_construction(order, position=number, title=f"More {number}")
    client.force_login(dora)
    url = reverse("portal:claim_file", args=[order.pk])

    first, rest = client.get(url).content.decode(), client.get(f"{url}?from=24").content.decode()

    assert f"?construction={second.pk}" in first
    assert first.count('<svg class="scheme"') == 2
    assert ("More 29" in first, "More 29" in rest) == (False, True)
    assert "Sash, panel" in client.get(f"{url}?construction={second.pk}").content.decode()
    assert "The whole order" in client.get(f"{url}?construction=whole").content.decode()


def test_parts_named_before_there_were_rows_for_them_are_kept_too(dora, order, piece):
    claim = a_claim(order, dora, construction=piece)
    ClaimSubject.objects.all().delete()
    Claim.objects.filter(pk=claim.pk).update(parts=["pane-2", "gone-1", "<b>"])
    (file,) = Path(migrations.__path__[0]).glob("*_claim_parts_filled.py")  # its number may change
    step = import_module(f"{migrations.__name__}.{file.stem}")

    for _again in range(2):
        step.fill(apps, connection.schema_editor())

    kept = claim.marks.order_by("number").values_list("part", "kind", "number")
    assert list(kept) == [("pane-2", "pane", 1), ("gone-1", "other", 2)]
    assert ClaimSubject.objects.get(claim=claim).scheme == piece.scheme


def test_marks_stand_behind_the_wall(dora, order, piece, dealer):
    a_claim(order, dora, construction=piece, parts=["pane-1"])
    stranger = a_dealer("Promin")

    def seen(firm):
        with as_portal(dealer_id=firm.pk, entity_id=firm.entity_id, plant_ids=tuple(firm.plant_ids)):
            return ClaimPart.objects.count(), ClaimSubject.objects.count()

    assert (seen(dealer), seen(stranger)) == ((1, 1), (0, 0))

"""The list component over a plain table: Django's permissions, of which there are always some."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db.models import Value
from django.db.models.functions import NullIf
from django.http import QueryDict
from django.test import RequestFactory
from django.utils import timezone, translation

from apps.core.listing import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Listing,
    NumberRangeFilter,
    Selection,
    TextFilter,
)
from apps.core.listing.counting import EXACT_UP_TO
from apps.core.listing.letters import narrow_to_letter
from apps.core.models import ListSetting, SavedView
from apps.core.services import lists as services
from apps.core.text import sort_key

pytestmark = pytest.mark.django_db


def listing_of(**changes) -> Listing:
    values = {
        "key": "test.things",
        "columns": [
            Column("name", "Name", lambda row: row.name, sort=("name",), fixed=True),
            Column("code", "Code", lambda row: row.codename, sort=("codename",)),
            Column("hidden", "Hidden", lambda row: row.pk, default=False),
        ],
        "default_sort": "name",
        "filters": [
            ChoiceFilter(key="parity", title="Parity", field="codename", choices=[("even", "Even"), ("odd", "Odd")]),
            TextFilter(key="text", title="Text", field="name"),
            DateRangeFilter(key="day", title="Day", field="day", moments=True),
            NumberRangeFilter(key="number", title="Number", field="pk"),
        ],
        "search": lambda queryset, text: queryset.filter(name__icontains=text),
        "letters": "name",
        "fetch": lambda queryset: queryset.select_related("content_type") if queryset.model is Permission else queryset,
        "row_url": lambda row: f"/things/{row.pk}/",
    }
    return Listing(**{**values, **changes})


@pytest.fixture
def things():
    """120 rows, "thing 000" to "thing 119", alternately even and odd."""
    Permission.objects.all().delete()
    kind = ContentType.objects.get_for_model(Permission)
    Permission.objects.bulk_create(
        Permission(name=f"thing {n:03}", codename=("even", "odd")[n % 2], content_type=_another(kind, n))
        for n in range(120)
    )
    return Permission.objects.all()


def _another(kind: ContentType, n: int) -> ContentType:
    return ContentType.objects.get_or_create(app_label="test", model=f"thing{n}")[0]


def open_page(user, things, query="", listing=None, **options):
    request = RequestFactory().get("/things/" + query)
    request.user = user
    return (listing or listing_of()).page(request, things, **options)


def names(page) -> list[str]:
    return [record.name for record in page.records]


def test_a_page_shows_its_rows_in_order_and_says_which_they_are(bob, things):
    page = open_page(bob, things, "?page=2")

    assert names(page) == [f"thing {n:03}" for n in range(50, 100)]
    assert (page.first_record, page.last_record, page.total.number, page.last_page) == (51, 100, 120, 3)
    assert [step.text for step in page.steps()] == ["1", "2", "3"]
    assert page.next_url == "?page=3"
    assert page.first_url == "?"


def test_a_page_costs_five_queries_however_many_rows_there_are(bob, things, django_assert_num_queries):
    with django_assert_num_queries(5):
        page = open_page(bob, things)
        page.rows()
        page.headers(), page.chips(), page.steps()


def test_a_click_on_a_title_sorts_and_a_second_one_turns_the_order_round(bob, things):
    first = open_page(bob, things, "?sort=code")
    header = next(header for header in first.headers() if header.column.key == "code")

    assert header.direction == "ascending"
    assert header.url == "?sort=-code"
    turned = open_page(bob, things, "?sort=-code")
    assert [record.pk for record in turned.records] == list(
        things.order_by("-codename", "-pk").values_list("pk", flat=True)[:50]
    )


@pytest.mark.parametrize(
    "query", ["?sort=password", "?page=none", "?page=99999999999999", "?size=7", "?f.parity=x", "?view=-1"]
)
def test_nonsense_in_the_address_is_passed_over(bob, things, query):
    assert open_page(bob, things, query).total.number == 120


def test_a_page_beyond_the_end_shows_the_last_one(bob, things):
    page = open_page(bob, things, "?page=9")

    assert names(page)[-1] == "thing 119"
    assert page.number == 3


def test_filters_narrow_and_their_chips_take_them_away_again(bob, things):
    page = open_page(bob, things, "?f.parity=odd&f.text=thing+00&q=thing")

    assert names(page) == ["thing 001", "thing 003", "thing 005", "thing 007", "thing 009"]
    parity, text = page.chips()
    assert (parity.title, parity.text) == ("Parity", "Odd")
    assert parity.remove_url == "?q=thing&f.text=thing+00"
    assert text.remove_url == "?q=thing&f.parity=odd"


def test_any_of_several_choices_matches(bob, things):
    page = open_page(bob, things, "?f.parity=odd&f.parity=even")

    assert page.total.number == 120
    assert page.chips()[0].text == "Even or Odd" or page.chips()[0].text == "Odd or Even"


def test_a_range_of_days_is_the_readers_days():
    days = DateRangeFilter(key="day", title="Day", field="date_joined", moments=True)
    with timezone.override("Europe/Kyiv"), translation.override("en"):
        assert days.clean(["2026-11-02", "nonsense"]) == ("2026-11-02", "")
        assert days.clean(["", "31.12.2026"]) == ()
        assert str(days._edge(date(2026, 11, 2))) == "2026-11-02 00:00:00+02:00"
        assert days.describe(("", "2026-11-02")) == "up to 11/02/2026"


def test_a_range_of_numbers_takes_either_end(bob, things):
    middle = things.order_by("pk")[60].pk

    assert open_page(bob, things, f"?f.number=&f.number={middle}").total.number == 61
    assert open_page(bob, things, f"?f.number={middle}&f.number=").total.number == 60
    assert open_page(bob, things, "?f.number=ten&f.number=NaN").total.number == 120


def test_saved_views_bring_search_order_and_columns_back(bob, things, now):
    view = services.save_view(
        actor=bob,
        list_key="test.things",
        name="Odd ones",
        query={"q": "thing 0", "sort": "-name", "filters": {"parity": ["odd"]}, "columns": ["hidden"]},
        is_shared=False,
        now=now,
    )

    page = open_page(bob, things, f"?view={view.pk}")

    assert names(page)[:2] == ["thing 099", "thing 097"]
    assert [column.key for column in page.columns] == ["name", "hidden"]
    assert page.next_url == ""
    assert f"view={view.pk}" in page.headers()[0].url, "the view stays known while one goes on from it"


def test_a_preferred_view_opens_where_the_address_asks_for_nothing(bob, things, now):
    view = services.save_view(
        actor=bob, list_key="test.things", name="Odd", query={"filters": {"parity": ["odd"]}}, is_shared=False, now=now
    )

    assert open_page(bob, things, "", default_view=view.pk).total.number == 60
    assert open_page(bob, things, "?sort=name", default_view=view.pk).total.number == 120


def test_another_ones_private_view_is_passed_over(bob, charlie, things, now):
    view = services.save_view(
        actor=bob, list_key="test.things", name="Odd", query={"filters": {"parity": ["odd"]}}, is_shared=False, now=now
    )

    page = open_page(charlie, things, f"?view={view.pk}")

    assert page.total.number == 120
    assert page.views == []


def test_a_second_view_of_the_same_name_is_refused(bob, now):
    services.save_view(actor=bob, list_key="k", name="Mine", query={}, is_shared=False, now=now)

    with pytest.raises(services.ViewNameTaken):
        services.save_view(actor=bob, list_key="k", name="Mine", query={}, is_shared=False, now=now)


def test_own_columns_go_before_everybodys_and_those_before_the_lists(alice, bob, things):
    services.choose_columns(actor=alice, list_key="test.things", columns=["hidden"], page_size=25, for_everybody=True)
    everybodys = open_page(bob, things)
    services.choose_columns(actor=bob, list_key="test.things", columns=["code", "name"], page_size=None)
    own = open_page(bob, things)

    assert [column.key for column in everybodys.columns] == ["name", "hidden"]
    assert everybodys.size == 25
    assert [column.key for column in own.columns] == ["code", "name"]
    services.choose_columns(actor=bob, list_key="test.things", columns=[], page_size=None)
    assert not ListSetting.objects.filter(user=bob).exists()


@pytest.fixture
def crowd(bob, now):
    """10,200 rows, "00000" to "10199": more than are counted one by one."""
    cache.clear()  # where they stood in the test before
    SavedView.objects.bulk_create(
        SavedView(list_key="crowd", name=f"{n:05}", owner=bob, created_at=now) for n in range(10_200)
    )
    return SavedView.objects.filter(list_key="crowd")


def crowd_listing() -> Listing:
    return listing_of(columns=[Column("name", "Name", lambda row: row.name, sort=("name",))], filters=[])


def test_beyond_what_is_counted_the_number_is_an_estimate_and_says_so(bob, crowd):
    page = open_page(bob, crowd, listing=crowd_listing())

    assert not page.total.is_exact
    assert page.total.number > EXACT_UP_TO
    assert page.about.startswith("1")
    assert re.search(r"page=-1\b", page.last_url)


def test_the_last_page_of_a_crowd_is_read_backwards_and_leads_back(bob, crowd):
    last = open_page(bob, crowd, "?page=-1", listing=crowd_listing())
    before = open_page(bob, crowd, "?page=-2", listing=crowd_listing())

    assert names(last) == [f"{n:05}" for n in range(10_150, 10_200)]
    assert names(before) == [f"{n:05}" for n in range(10_100, 10_150)]
    assert last.next_url == ""
    assert "page=-1" in before.next_url


def test_deep_pages_are_numbered_as_far_as_there_are_rows(bob, crowd):
    page = open_page(bob, crowd, "?page=204", listing=crowd_listing())

    assert names(page) == [f"{n:05}" for n in range(10_150, 10_200)]


@pytest.mark.parametrize(("sort", "number"), [("name", lambda n: n), ("-name", lambda n: 10_199 - n)])
def test_deep_pages_meet_without_a_gap_in_either_order(bob, crowd, sort, number):
    for page in (100, 101, 102, 150, 201, 202):
        found = open_page(bob, crowd, f"?page={page}&sort={sort}", listing=crowd_listing())

        assert names(found) == [f"{number(n):05}" for n in range(page * 50 - 50, page * 50)]


def test_what_goes_while_one_leafs_through_is_gone_from_deep_pages_too(bob, crowd):
    open_page(bob, crowd, "?page=101", listing=crowd_listing())
    crowd.filter(name__in=["05000", "05003"]).delete()

    found = open_page(bob, crowd, "?page=101", listing=crowd_listing())

    assert names(found)[:4] == ["05001", "05002", "05004", "05005"]


def test_an_order_by_what_may_be_empty_has_deep_pages_too(bob, crowd):
    by_rank = Column("rank", "Rank", lambda row: row.rank, sort=("rank",))
    listing = listing_of(columns=[*crowd_listing().columns, by_rank], filters=[], fetch=lambda rows: rows)
    ranked = crowd.annotate(rank=NullIf("name", Value("00001")))  # the empty one stands last

    found = open_page(bob, ranked, "?page=150&sort=rank", listing=listing)

    assert names(found) == [f"{n:05}" for n in range(7_451, 7_501)]


def test_with_an_exact_count_the_last_page_is_the_short_one(bob, things):
    assert names(open_page(bob, things, "?page=-1")) == names(open_page(bob, things, "?page=3"))
    assert names(open_page(bob, things, "?page=-2")) == names(open_page(bob, things, "?page=2"))


def test_all_matches_are_more_than_the_page(bob, things):
    listing = listing_of()
    posted = QueryDict(mutable=True)
    posted.update({"all": "1", "match": "?f.parity=odd"})

    selection = Selection.read(listing, posted, things)

    assert "matching" in selection.parameters()
    assert selection.count().number == 60
    again = listing.matching(things, selection.parameters()["matching"])
    assert set(again) == set(things.filter(codename="odd"))
    assert ("match", "?f.parity=odd") in selection.fields


def test_ticked_rows_are_taken_only_from_what_one_may_see(bob, things):
    visible = things.filter(codename="odd")
    posted = QueryDict(mutable=True)
    posted.setlist("ids", [str(things.order_by("name")[0].pk), str(things.order_by("name")[1].pk), "x", "9" * 30])

    selection = Selection.read(listing_of(), posted, visible)

    assert [record.name for record in selection.queryset] == ["thing 001"]


@pytest.mark.parametrize(
    ("letter", "inside", "outside"),
    [
        ("и", "Ирина", "Ірина"),
        ("і", "Ірина", "Йосип"),
        ("ї", "Їжак", "Ірина"),
        ("й", "Йосип", "Їжак"),
        ("г", "Ганна", "Ґудзь"),
        ("я", "Яна", "Юрій"),
        ("z", "Żółw", "Yves"),
        ("0", "1A Fenster", "Anna"),
    ],
)
def test_a_letter_shows_the_names_that_begin_with_it(things, letter, inside, outside):
    for number, name in enumerate([inside, outside]):
        things.filter(name=f"thing {number:03}").update(name=sort_key(name))

    found = {row.name for row in narrow_to_letter(things, "name", letter)}

    assert sort_key(inside) in found
    assert sort_key(outside) not in found


def test_an_htmx_request_for_the_results_gets_only_them(client, ada, things):
    client.force_login(ada)

    whole = client.get("/components/").content.decode()
    part = client.get("/components/", headers={"HX-Request": "true", "HX-Target": "list-results"}).content.decode()

    assert "<html" in whole
    assert "<html" not in part
    assert part.lstrip().startswith('<div class="list__results" id="list-results"')


def test_filters_chosen_in_the_dialog_end_up_in_the_address(client, ada):
    client.force_login(ada)

    answer = client.get(
        "/lists/core.gallery/filters/?apply=1&back=/components/%3Fq%3Dadd%26f.app%3Dcore&f.app=contacts&f.day=&f.day="
    )

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/components/?q=add&f.app=contacts"


def test_a_way_back_to_another_site_is_not_taken(client, ada):
    client.force_login(ada)

    answer = client.get("/lists/core.gallery/filters/?apply=1&back=//evil.example/&f.app=contacts")

    assert answer.headers["Location"] == "/components/?f.app=contacts"


def test_a_view_is_saved_renamed_removed_and_brought_back(client, ada):
    client.force_login(ada)
    address = "/lists/core.gallery/views/"

    client.post(address, {"back": "/components/?f.app=core", "name": "Core", "is_shared": "on"})
    view = SavedView.objects.get(owner=ada)
    assert view.query == {"filters": {"app": ["core"]}}
    client.post(f"{address}{view.pk}/", {"back": "/components/", "name": "The core"})
    view.refresh_from_db()
    assert (view.name, view.is_shared) == ("The core", False)
    client.post(f"{address}{view.pk}/remove/", {"back": "/components/"})
    assert not SavedView.objects.exists()
    client.post(f"{address}restore/")
    assert SavedView.objects.get().name == "The core"


def test_nobody_changes_another_ones_view(client, ada, alice, now):
    view = services.save_view(actor=alice, list_key="core.gallery", name="Hers", query={}, is_shared=True, now=now)
    client.force_login(ada)

    assert client.post(f"/lists/core.gallery/views/{view.pk}/remove/").status_code == 404
    assert client.post(f"/lists/core.gallery/views/{view.pk}/", {"name": "Mine"}).status_code == 404
    assert SavedView.objects.get().name == "Hers"


def test_dialogs_of_a_list_one_may_not_see_are_not_there(client, bob):
    client.force_login(bob)

    assert client.get("/lists/core.gallery/columns/").status_code == 404
    assert client.get("/lists/no.such/columns/").status_code == 404

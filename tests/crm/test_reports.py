"""Reports: each figure is the number of rows that it opens, for whoever reads it, over histories of all sorts."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlparse

import openpyxl
import pytest
from django.core.cache import cache
from django.db import transaction
from django.db.models import Sum
from django.http import QueryDict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.accounts.models import User
from apps.contacts.models import Folder, FolderPermission
from apps.contacts.models.rights import forget_rights
from apps.core.contributions import reports
from apps.core.reports.asked import read_asked
from apps.core.reports.cells import cell_url, read_cell
from apps.core.reports.figures import figures_of
from apps.crm.models import OrderMoney
from apps.messaging.models import MailAccount
from tests.conftest import NOW
from tests.contacts.factories import PersonFactory
from tests.crm.reporting import make_history

pytestmark = pytest.mark.django_db
ALL = [(key, dimension.key) for key, report in reports.items() for dimension in report.dimensions]
OF_2026 = {"period": "own", "from": "2026-01-01", "to": "2026-12-31"}


@pytest.fixture(autouse=True)
def _nothing_counted():
    cache.clear()


@pytest.fixture
def folders(everyone_folder, bob):
    """One for all, one for sales alone, one for nobody but Bob."""
    shut = Folder.objects.create(name="Key accounts", kind="restricted")
    FolderPermission.objects.create(folder=shut, group=bob.groups.get(), can_edit=True)
    own = Folder.objects.create(name="Bob's", kind="personal", owner=bob)
    forget_rights()
    return [everyone_folder, shut, own]


def asked_of(user, key, **query):
    report = reports.get(key)
    assert report is not None
    return read_asked(report, QueryDict(urlencode(OF_2026 | query)), user, NOW.date())


def rows_of(user, asked, measure, **line):
    """Through the very address of the figure."""
    query = parse_qs(urlparse(cell_url("x", asked, measure, **line)).query)["f.of"][0]
    again = read_asked(asked.report, QueryDict(query), user, date(2030, 1, 1))
    return read_cell(again, QueryDict(query)).rows(user)


@settings(max_examples=2, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1_000_000))
def test_each_figure_equals_the_rows_it_opens_for_each_reader(seed, alice, bob, charlie, ada, folders):
    cache.clear()
    with transaction.atomic():
        make_history(seed, [bob, alice, charlie], folders)
        readers = [alice, bob, charlie, ada]
        for key, report in reports.items():
            for place, dimension in enumerate(report.dimensions):
                # What one may see is a matter of the report's rows, alike for all that they are divided by.
                for user in readers if place == 0 else [readers[(seed + place) % 2]]:
                    if report.may_see(user):
                        check(user, asked_of(user, key, by=dimension.key))
        transaction.set_rollback(True)


def check(user, asked):
    figures = figures_of(user, asked, now=NOW)
    for line in [*figures.lines, figures.total]:
        for value, measure in zip(line.values, asked.report.measures, strict=True):
            rows = rows_of(user, asked, measure, line=line.key, is_total=line is figures.total)
            if measure.how == "count":
                opened = list(rows.values_list("pk", flat=True))
                assert value == len(opened) == len(set(opened)), (asked, measure.key)
            elif measure.how == "sum":
                assert value == rows.aggregate(sum=Sum(measure.value))["sum"]
            else:
                assert (value is None) == (not rows.exists())
    for place, measure in enumerate(asked.report.measures):
        if measure.how in ("count", "sum") and not asked.by.of_many:
            assert sum(line.values[place] or 0 for line in figures.lines) == (figures.total.values[place] or 0)


def test_a_figure_on_the_page_opens_as_many_rows_as_it_says(client, bob, alice, charlie, folders):
    make_history(7, [bob, alice, charlie], folders)
    make_history(8, [bob, alice, charlie], folders)
    owner = MailAccount.objects.order_by("pk")[0].owner
    assert owner is not None
    for key, by in ALL:
        client.force_login(owner if key == "answers" else alice)  # mail is seen by whose mailbox it lies in
        page = client.get(f"/reports/{key}/", OF_2026 | {"by": by})
        counts = list(counts_on(page))
        assert counts, (key, by)
        for cell in [counts[0], counts[len(counts) // 2], counts[-1]]:
            shown = client.get(cell.url).context["list"].total.number
            assert shown == int(cell.text.replace("\xa0", "")), (key, by, cell.url)


def counts_on(page):
    """The figures of a report's page that count rows, from top to bottom, the total at last."""
    for line in page.context["lines"]:
        for measure, cell in zip(page.context["asked"].report.measures, line.cells, strict=True):
            if cell.url and measure.how == "count":
                yield cell


def test_who_sees_less_counts_less(bob, charlie, folders):
    open_one, shut, own = folders
    for folder in (open_one, shut, own, own):
        PersonFactory(folder=folder, created_at=NOW)

    figures = [figures_of(user, asked_of(user, "new-contacts"), now=NOW).total.values[0] for user in (bob, charlie)]

    assert figures == [4, 1]


def test_kept_figures_are_not_shared_between_readers_of_other_rights_and_follow_a_right_that_was_lost(bob, folders):
    PersonFactory(folder=folders[1], created_at=NOW)
    assert figures_of(bob, asked_of(bob, "new-contacts"), now=NOW).total.values[0] == 1

    FolderPermission.objects.all().delete()
    forget_rights()

    assert figures_of(bob, asked_of(bob, "new-contacts"), now=NOW).total.values[0] == 0


def test_a_file_adds_up_to_the_page(client, alice, bob, charlie, folders):
    make_history(3, [bob, alice, charlie], folders)
    client.force_login(alice)
    query = OF_2026 | {"by": "source"}
    page = client.get("/reports/new-contacts/", query)

    answer = client.get("/reports/new-contacts/file/xlsx/", query)

    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    shown = [[line.title, *(int(cell.text) for cell in line.cells)] for line in page.context["lines"]]
    assert [list(row) for row in rows[1:]] == shown
    assert sum(row[1] for row in rows[1:-1]) == rows[-1][1] > 0


def test_money_is_counted_in_one_currency(alice, bob, charlie, folders):
    make_history(5, [bob, alice, charlie], folders)

    there = set(OrderMoney.objects.values_list("currency", flat=True))
    of = {each: figures_of(alice, asked_of(alice, "turnover", currency=each), now=NOW).total for each in there}

    assert of
    for currency, total in of.items():
        asked = asked_of(alice, "turnover", currency=currency)
        assert asked.rows(alice).count() == total.values[1]
        assert {order.money.currency for order in asked.rows(alice)} <= {currency}
        assert isinstance(total.values[0], Decimal | None)


def test_the_page_takes_few_queries_however_much_it_counts(
    client, alice, bob, charlie, folders, django_assert_max_num_queries
):
    for seed in range(3):
        make_history(seed, [bob, alice, charlie], folders)
    client.force_login(alice)
    client.get("/reports/activity/", OF_2026)
    with django_assert_max_num_queries(12):
        client.get("/reports/activity/", OF_2026 | {"by": "month"})


def test_reports_of_money_are_no_business_of_others(client, charlie, alice):
    client.force_login(charlie)
    assert client.get("/reports/turnover/").status_code == 404
    assert "turnover" not in client.get("/reports/").text
    client.force_login(alice)
    assert client.get("/reports/turnover/").status_code == 200


@pytest.mark.parametrize("line", ["x", "99999999999999999999999", "2026-99-01", ""])
def test_a_line_that_there_is_none_of_is_not_found(client, alice, everyone_folder, line):
    client.force_login(alice)
    query = urlencode(OF_2026 | {"by": "month", "m": "all", "line": line})
    assert client.get("/reports/new-contacts/rows/", {"f.of": query}).status_code == 404


def test_the_index_leads_to_all_that_counts_as_far_as_its_reader_may_see_it(client, alice, charlie):
    client.force_login(alice)
    page = client.get("/reports/")
    assert all(f'href="{url}"' in page.text for url in ("/crm/claims/report/", "/crm/promises/", "/mail/report/"))
    assert 'href="/reports/claims/"' in page.text
    client.force_login(charlie)
    page = client.get("/reports/")
    assert "/crm/claims/report/" not in page.text
    assert 'href="/mail/report/"' in page.text


def test_a_product_is_called_by_its_own_word(client, alice, bob, charlie, folders):
    make_history(7, [bob, alice, charlie], folders)
    client.force_login(alice)

    page = client.get("/reports/orders/", OF_2026 | {"by": "product"})

    assert {line.title for line in page.context["lines"]} == {"PVC windows", "No product told", "In all"}


def test_any_of_a_thousand_people_is_picked_and_let_go_again(client, alice, bob, everyone_folder):
    made = User.objects.bulk_create(
        [User(email=f"p{n}@firm.example", name=f"P {n}", created_at=NOW) for n in range(600)]
    )
    last = made[-1]
    PersonFactory(folder=everyone_folder, owner=last, created_at=NOW)
    PersonFactory(folder=everyone_folder, owner=bob, created_at=NOW)
    client.force_login(alice)

    page = client.get("/reports/new-contacts/", OF_2026 | {"user": last.pk})

    assert page.text.count("<option") < 60
    assert f'value="{last.pk}" selected>P 599' in page.text
    assert page.context["lines"][-1].cells[0].text == "1"
    assert "P 599" in client.get(page.context["lines"][-1].cells[0].url).text
    free = client.get("/reports/new-contacts/", OF_2026 | {"user": last.pk, "all": "user"})
    assert free.context["lines"][-1].cells[0].text == "2"
    for wrong in ("x", "0", "9" * 30, "-1"):
        assert client.get("/reports/new-contacts/", OF_2026 | {"user": wrong}).context["asked"].chosen == {}

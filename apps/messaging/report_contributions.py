"""The report of mail: how long people wait for a first answer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, ExpressionWrapper, F, FloatField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Extract
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.permissions import is_staff_member
from apps.accounts.templatetags.formats import moment
from apps.core.contributions import report_pages
from apps.core.listing import Column, Listing
from apps.core.reports import Measure, Report, ReportPage, by_month, by_week
from apps.core.reports.cells import register_report
from apps.core.reports.periods import edges
from apps.messaging.models import MailMessage

if TYPE_CHECKING:
    from apps.accounts.models import User

_HOURS = ExpressionWrapper(Extract(F("answered_at") - F("happened_at"), "epoch") / 3600.0, FloatField())


def register() -> None:
    """Called once, when the app is ready."""
    answered = Q(answered_at__isnull=False)
    report = Report(
        title=_("Time to answer mails"),
        about=_("How long do people wait for a first answer?"),
        group=_("People"),
        icon="mail-fast",
        home_of=("claims", "content"),
        home_query="by=week&period=this_quarter",
        may_see=is_staff_member,
        rows=_opening_mails,
        dimensions=[by_month("happened_at"), by_week("happened_at")],
        measures=[
            Measure(key="threads", title=_("Threads begun by others"), in_chart=False),
            Measure(key="answered", title=_("Answered"), counts=answered),
            Measure(key="waiting", title=_("Not answered"), counts=Q(answered_at__isnull=True)),
            _time("median", _("Half of them within")),
            _time("p90", _("Nine of ten within")),
        ],
        listing=_mail_listing,
        chart="stack",
        note=_(
            "Counted are threads that somebody else began, newsletters and robots aside, of mail that you may read."
        ),
    )
    register_report("answers", report, position=50)
    sent = ReportPage(
        title=_("Who got what, when"),
        about=_("Which mails and documents went to whom, and what became of them?"),
        group=_("People"),
        icon="send",
        may_see=is_staff_member,
        url_name="messaging:report",
    )
    report_pages.register("messaging.sent", sent, position=55)


def _time(how: Any, title: Any) -> Measure:
    counts = Q(answered_at__isnull=False)
    return Measure(key=how, title=title, counts=counts, how=how, value=_HOURS, unit="hours", in_chart=False)


def _opening_mails(user: User, first: date, last: date) -> QuerySet[MailMessage]:
    """The first mail of each thread, where it came from outside; with the moment of the first answer."""
    begin, end = edges(first, last)
    same = MailMessage.objects.filter(thread=OuterRef("thread"))
    earlier = same.filter(
        Q(happened_at__lt=OuterRef("happened_at")) | Q(happened_at=OuterRef("happened_at"), pk__lt=OuterRef("pk"))
    )
    answers = same.present_to(user).filter(is_outgoing=True, happened_at__gte=OuterRef("happened_at"))
    opening = MailMessage.objects.present_to(user).filter(happened_at__gte=begin, happened_at__lt=end)
    opening = opening.filter(~Exists(earlier), is_outgoing=False, automatic="")
    return opening.annotate(answered_at=Subquery(answers.order_by("happened_at").values("happened_at")[:1]))


def _mail_listing(_user: User) -> Listing:
    return Listing(
        key="messaging.opening",
        columns=[
            Column("when", _("When"), lambda mail: moment(mail.happened_at), sort=("happened_at",), fixed=True),
            Column("from", _("From whom"), lambda mail: mail.sender_name or mail.sender_address),
            Column("subject", _("Subject"), lambda mail: mail.subject),
        ],
        default_sort="-when",
        search=lambda found, text: found.filter(subject__icontains=text),
        row_url=lambda mail: reverse("messaging:thread", args=[mail.thread_id]),
    )

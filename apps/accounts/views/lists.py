"""The lists of users, tokens and audit events."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.accounts import permissions
from apps.accounts.forms import SCOPE_TITLES, group_choices, role_title
from apps.accounts.models import ApiToken, AuditEvent, User
from apps.accounts.templatetags.formats import day, moment
from apps.accounts.verbs import lines_of, record_title, title_of
from apps.core import clock
from apps.core.contributions import words_about
from apps.core.listing import (
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Empty,
    Listing,
    NewFilter,
    RecordFilter,
    YesNoFilter,
)

USERS = User._meta.label_lower


def users_listing(request: HttpRequest) -> Listing | None:
    """All users, for administrators; None for others."""
    if not permissions.can_change_settings(request.user):
        return None
    return Listing(
        key="accounts.users",
        path=reverse("accounts:users"),
        default_sort="name",
        may_set_default=True,
        search=lambda found, text: found.filter(Q(name__icontains=text) | Q(email__icontains=text)),
        search_label=_("Name or e-mail"),
        fetch=lambda found: found.prefetch_related("groups"),
        row_url=lambda user: reverse("accounts:user", args=[user.pk]),
        columns=[
            Column("name", pgettext_lazy("person", "Name"), str, sort=("name",), fixed=True),
            Column("email", gettext_lazy("E-mail"), lambda user: user.email, sort=("email",)),
            Column("roles", gettext_lazy("Roles"), _roles),
            Column("state", gettext_lazy("State"), _user_state, sort=("is_active",)),
            Column(
                "last_login", gettext_lazy("Last sign-in"), lambda user: moment(user.last_login), sort=("last_login",)
            ),
            Column(
                "created_at",
                gettext_lazy("Made"),
                lambda user: day(user.created_at),
                sort=("created_at",),
                default=False,
            ),
        ],
        filters=[
            ChoiceFilter(
                key="role",
                title=gettext_lazy("Role"),
                choices=group_choices,
                narrow=_in_groups,
            ),
            YesNoFilter(key="active", title=gettext_lazy("In service"), field="is_active"),
            NewFilter(user=cast(User, request.user), list_key="accounts.users", at="created_at"),
        ],
        empty=Empty(
            gettext_lazy("Nobody fits"),
            gettext_lazy("Search for less, or invite them."),
            "users",
            gettext_lazy("Invite a user"),
            reverse("accounts:user_create"),
        ),
    )


def tokens_listing(request: HttpRequest) -> Listing | None:
    """One's own tokens; None for whoever can't have any."""
    if not permissions.can_hold_tokens(request.user):
        return None
    now = clock.now()

    def state(token: ApiToken) -> SafeString:
        if token.revoked_at:
            return _badge(_("Revoked"), "red")
        if token.expires_at and token.expires_at <= now:
            return _badge(_("Expired"), "yellow")
        return _badge(_("Good"), "green")

    def revoke(token: ApiToken) -> str:
        if token.revoked_at:
            return ""
        return render_to_string("accounts/_token_revoke.html", {"token": token}, request)

    return Listing(
        key="accounts.tokens",
        path=reverse("accounts:tokens"),
        default_sort="-created_at",
        row_actions=revoke,
        row_label=lambda token: token.name,
        columns=[
            Column("name", gettext_lazy("Name"), lambda token: token.name, sort=("name",), fixed=True),
            Column("hint", gettext_lazy("Begins with"), lambda token: format_html("<code>{}…</code>", token.hint)),
            Column("scopes", pgettext_lazy("token", "May"), _scopes),
            Column("state", gettext_lazy("State"), state),
            Column("created_at", gettext_lazy("Made"), lambda token: day(token.created_at), sort=("created_at",)),
            Column("expires_at", gettext_lazy("Expires"), _expiry, sort=("expires_at",)),
            Column(
                "used_at", gettext_lazy("Last used"), lambda token: moment(token.last_used_at), sort=("last_used_at",)
            ),
        ],
        empty=Empty(
            gettext_lazy("No tokens yet"),
            gettext_lazy("A program that reads or changes contacts in your name signs in with a token."),
            "key",
        ),
    )


def audit_listing(request: HttpRequest) -> Listing | None:
    """Events of the audit, newest first; None for whoever may not read it."""
    if not permissions.can_read_audit(request.user):
        return None
    return Listing(
        key="accounts.audit",
        path=reverse("accounts:audit"),
        default_sort="-when",
        may_set_default=permissions.is_admin(request.user),
        fetch=_with_names,
        row_label=lambda event: str(title_of(event.verb)),
        columns=[
            Column("what", gettext_lazy("What"), lambda event: title_of(event.verb), sort=("verb",), fixed=True),
            Column("when", gettext_lazy("When"), lambda event: moment(event.occurred_at), sort=("occurred_at",)),
            Column("who", gettext_lazy("Who"), lambda event: event.actor or "", sort=("actor",)),
            Column("whom", gettext_lazy("Whom or which"), lambda event: event.whom),
            Column("details", gettext_lazy("Details"), _details),
            Column("ip", gettext_lazy("IP"), lambda event: event.ip or ""),
            Column("request", gettext_lazy("Request"), lambda event: event.request_id, default=False, phone=False),
        ],
        filters=[
            ChoiceFilter(
                key="verb",
                title=gettext_lazy("What"),
                field="verb",
                choices=_verbs,
            ),
            RecordFilter(
                key="actor",
                title=gettext_lazy("Who"),
                field="actor",
                pick_url=reverse("accounts:user_pick"),
                titles=lambda ids: [(str(user.pk), str(user)) for user in User.objects.filter(pk__in=ids)],
            ),
            DateRangeFilter(key="when", title=gettext_lazy("When"), field="occurred_at", moments=True),
            NewFilter(user=cast(User, request.user), list_key="accounts.audit", at="occurred_at", by="actor"),
        ],
        empty=Empty(
            gettext_lazy("No events"),
            gettext_lazy("Sign-ins, changed rights, exports and revealed secrets are noted here."),
            "history",
        ),
    )


def _in_groups(found: QuerySet[User], values: tuple[str, ...]) -> QuerySet[User]:
    members = User.groups.through.objects.filter(group__name__in=values)
    return found.filter(pk__in=members.values("user"))


def _verbs() -> list[tuple[str, str]]:
    """What has happened so far, by title."""
    happened = AuditEvent.objects.order_by().values_list("verb", flat=True).distinct()
    return sorted(((verb, str(title_of(verb))) for verb in happened), key=lambda item: item[1])


def _with_names(found: QuerySet[AuditEvent]) -> list[AuditEvent]:
    events = list(found.select_related("actor"))
    ids = {event.record_id or 0 for event in events if event.record_type == USERS}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
    for event in events:
        known = names.get(event.record_id or 0) if event.record_type == USERS else None
        event.whom = known or _record(event)  # type: ignore[attr-defined]  # for the cell
    return events


def _record(event: AuditEvent) -> str:
    return f"{record_title(event.record_type)} {event.record_id or ''}".strip()


def _details(event: AuditEvent) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines_of(event.details)))


def _roles(user: User) -> str:
    return ", ".join(str(role_title(group.name)) for group in user.groups.all())


def _user_state(user: User) -> SafeString:
    state = _badge(_("In service"), "green") if user.is_active else _badge(_("Out of service"), "red")
    return format_html("{} {}", state, words_about(user.pk))


def _scopes(token: ApiToken) -> str:
    return ", ".join(str(SCOPE_TITLES.get(name, name)) for name in token.scopes)


def _expiry(token: ApiToken) -> Any:
    return day(token.expires_at) if token.expires_at else _("Never")


def _badge(text: str, colour: str) -> SafeString:
    return render_to_string("components/badge.html", {"text": text, "colour": colour, "wide": True})

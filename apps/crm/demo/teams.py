"""The demo's three teams with their leads, who is away, who looks after whom, and two hand-overs."""

from __future__ import annotations

from datetime import datetime, timedelta

from apps.accounts.models import Team, TeamMembership, User
from apps.accounts.services.teams import make_team, set_member
from apps.accounts.services.users import create_user
from apps.contacts.models import Entity
from apps.core.clock import company_day
from apps.crm.demo.people import DOMAIN
from apps.crm.models import AssignmentRule
from apps.crm.selectors.hand_overs import portfolio_of
from apps.crm.services.absences import set_absence
from apps.crm.services.assigning import assign_new
from apps.crm.services.assignment_rules import save_rule
from apps.crm.services.assignments import assign
from apps.crm.services.hand_overs import Terms, begin_hand_over, confirm_items

_HOURS = {day: ["09:00", "18:00"] for day in "12345"}
_MORE = {"sales2": "Богдан Кравець", "sales3": "Ewa Nowak", "claims2": "Лідія Ткач"}
_TEAMS = {
    "Sales East": (Team.Kind.SALES, "manager", ("sales", "sales2", "sales3")),
    "Claims": (Team.Kind.CLAIMS, "claims", ("claims2",)),
    "Projects": (Team.Kind.PROJECT, "project", ("content", "finance")),
}
_LEAD, _MEMBER = TeamMembership.Role.LEAD, TeamMembership.Role.MEMBER


def found_teams(*, password: str, now: datetime) -> bool:
    """False where the demo company isn't there, or has its teams already."""
    users = {user.email.partition("@")[0]: user for user in User.objects.filter(email__endswith=f"@{DOMAIN}")}
    if "admin" not in users or Team.objects.filter(name__in=_TEAMS).exists():
        return False
    for login, name in _MORE.items():
        users[login] = users.get(login) or create_user(
            actor=None,
            email=f"{login}@{DOMAIN}",
            name=name,
            roles=[login.rstrip("23")],
            now=now,
            password=password,
        )
    teams = _make_teams(users, now)
    _give_contacts(users, teams["Sales East"], now)
    _go_away(users, now)
    return True


def _make_teams(users: dict[str, User], now: datetime) -> dict[str, Team]:
    admin, today = users["admin"], company_day(now)
    began = today - timedelta(days=200)
    teams = {}
    for name, (kind, lead, members) in _TEAMS.items():
        team = teams[name] = make_team(actor=admin, name=name, kind=kind, hours=_HOURS, now=now)
        for login, role in ((lead, _LEAD), *((each, _MEMBER) for each in members)):
            set_member(
                actor=admin,
                team=team,
                user=users[login],
                role=role,
                valid_from=began,
                valid_to=None,
                on=today,
                now=now,
            )
    return teams


def _give_contacts(users: dict[str, User], team: Team, now: datetime) -> None:
    """A hundred and fifty firms by a rule, a few by hand; the rule stays for what is still to come."""
    admin, today = users["admin"], company_day(now)
    save_rule(
        actor=admin,
        now=now,
        name="New ones in turn",
        position=10,
        how=AssignmentRule.How.TURNS,
        team=team,
        source="form",
        is_active=True,
    )
    firms = Entity.objects.organisations().live().filter(source="import").order_by("pk")
    earlier = now - timedelta(days=120)
    first = save_rule(
        actor=admin, now=earlier, name="At the start", position=1, how=AssignmentRule.How.TURNS, team=team
    )
    assign_new(list(firms.values_list("pk", flat=True)[:150]), actor=admin, now=earlier)
    save_rule(actor=admin, now=now, rule=first, is_active=False)
    for firm in firms[150:160]:
        assign(actor=admin, entity=firm, team=team, on=today - timedelta(days=30), now=now, reason="Key account")


def _go_away(users: dict[str, User], now: datetime) -> None:
    """One is away now and stood in for, one handed a part over for good, one goes next month."""
    today = company_day(now)
    anna, bohdan, ewa, ihor = (users[login] for login in ("sales", "sales2", "sales3", "manager"))
    back = today + timedelta(days=10)
    set_absence(actor=bohdan, user=bohdan, starts_on=today, ends_on=back, replaced_by=anna, now=now)
    vacation = Terms(user=anna, starts_on=today, until=back, note="Vacation. The offers in Lviv are urgent.")
    made = begin_hand_over(
        actor=ihor, entity_ids=portfolio_of(bohdan, on=today), terms=vacation, from_user=bohdan, now=now
    )
    read = list(made.items.order_by("pk").values_list("pk", flat=True)[:5])
    confirm_items(actor=anna, hand_over=made, item_ids=read, now=now)
    for_good = Terms(user=anna, starts_on=today, note="Nearer to Anna", takes_tasks=True)
    begin_hand_over(actor=ewa, entity_ids=portfolio_of(ewa, on=today)[:12], terms=for_good, from_user=ewa, now=now)
    later = today + timedelta(days=30)
    set_absence(actor=ewa, user=ewa, starts_on=later, ends_on=later + timedelta(days=7), replaced_by=bohdan, now=now)

"""Whatever is done in whatever order: one primary each, copies that agree, versions that rise, and undo that fits."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from apps.accounts.models import User
from apps.contacts.models import EmailAddress, Entity, Link, PhoneNumber, SearchToken, Unit
from apps.contacts.services import details, units
from apps.contacts.services.entities import create_entity
from apps.contacts.services.inputs import EmailInput, EntityInput, LinkInput, PhoneInput, UnitInput
from apps.core.models import Change, Operation
from apps.core.services.operations import snapshot, undo

KINDS = (EmailAddress, PhoneNumber, Link)
picks = st.integers(min_value=0, max_value=50)


def state_of(person: Entity) -> list[object]:
    return [
        [snapshot(one) for one in model._default_manager.filter(entity=person).order_by("pk")]
        for model in (Unit, *KINDS)
    ]


class Primaries(RuleBasedStateMachine):
    """One person, edited at random."""

    actor: ClassVar[User]
    now: ClassVar[datetime]

    @initialize()
    def begin(self):
        Entity.objects.all().delete()
        self.person = create_entity(actor=self.actor, data=EntityInput(last_name="Koval"), now=self.now)
        self.count = 0
        self.version = 1

    def one_of(self, model, pick):
        found = list(model._default_manager.filter(entity=self.person).order_by("pk"))
        return found[pick % len(found)] if found else None

    def common(self, **fields):
        return {"actor": self.actor, "now": self.now, **fields}

    @rule(primary=st.booleans(), city=st.sampled_from(["", "Lviv", "Kyiv"]))
    def add_unit(self, primary, city):
        units.add_unit(**self.common(entity=self.person, data=UnitInput(city=city, is_primary=primary)))

    @rule(pick=picks)
    def make_unit_primary(self, pick):
        if unit := self.one_of(Unit, pick):
            units.make_unit_primary(**self.common(unit=unit))

    @rule(pick=picks)
    def remove_unit(self, pick):
        if unit := self.one_of(Unit, pick):
            units.remove_unit(**self.common(unit=unit))

    @rule(kind=st.sampled_from(range(3)), pick=picks, primary=st.booleans())
    def add_detail(self, kind, pick, primary):
        self.count += 1
        add, data = (
            (details.add_email, EmailInput(f"e{self.count}@example.com", is_primary=primary)),
            (details.add_phone, PhoneInput(f"+38050{self.count:07}", is_primary=primary)),
            (details.add_link, LinkInput(f"https://{self.count}.example", is_primary=primary)),
        )[kind]
        add(**self.common(entity=self.person, unit=self.one_of(Unit, pick), data=data))

    @rule(kind=st.sampled_from(KINDS), pick=picks)
    def make_detail_primary(self, kind, pick):
        if detail := self.one_of(kind, pick):
            details.make_detail_primary(**self.common(detail=detail))

    @rule(kind=st.sampled_from(KINDS), pick=picks)
    def remove_detail(self, kind, pick):
        if detail := self.one_of(kind, pick):
            details.remove_detail(**self.common(detail=detail))

    @rule(kind=st.sampled_from(KINDS), pick=picks)
    def remove_and_undo(self, kind, pick):
        if detail := self.one_of(kind, pick):
            before = state_of(self.person)
            details.remove_detail(**self.common(detail=detail))
            result = undo(actor=self.actor, operation=Operation.objects.latest("pk"), now=self.now)
            assert result.conflicts == []
            assert state_of(self.person) == before

    @invariant()
    def one_primary_each_and_copies_agree(self):
        if not hasattr(self, "person"):
            return
        self.person.refresh_from_db()
        homes = list(Unit.objects.filter(entity=self.person))
        assert [unit.is_primary for unit in homes].count(True) == (1 if homes else 0)
        for model in KINDS:
            for unit in homes:
                of_unit = list(model._default_manager.filter(unit=unit).values_list("is_primary", flat=True))
                assert of_unit.count(True) == (1 if of_unit else 0)
        home = next((unit for unit in homes if unit.is_primary), None)
        email = EmailAddress.objects.filter(unit=home, is_primary=True).first()
        phone = PhoneNumber.objects.filter(unit=home, is_primary=True).first()
        assert self.person.primary_email == (email.address if email else "")
        assert self.person.primary_phone == (phone.e164 if phone else "")
        assert self.person.city == (home.city if home else "")
        words = set(SearchToken.objects.filter(entity=self.person, token__contains="@").values_list("token", flat=True))
        assert words == set(EmailAddress.objects.filter(entity=self.person).values_list("address", flat=True))
        last = Change.objects.filter(subject_id=self.person.pk).latest("pk")
        assert last.version_after == self.person.version


def test_primaries_copies_and_versions_hold_through_any_edits(bob, now):
    Primaries.actor, Primaries.now = bob, now
    run_state_machine_as_test(
        Primaries,
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

"""A year of the house by the throw of dice: contacts in open and shut folders, and what happened to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

from apps.accounts.models import User
from apps.activities.services.notes import add_note, log_call
from apps.activities.services.task_input import TaskInput
from apps.activities.services.task_states import complete_task
from apps.activities.services.tasks import add_task
from apps.contacts.models import Entity, Folder
from apps.crm.models import (
    Campaign,
    CampaignRecipient,
    Claim,
    HandOver,
    HandOverItem,
    JourneyStep,
    LostReason,
    MailingTopic,
    OrderMoney,
    OrderState,
    Pipeline,
    PipelineStage,
    Stage,
)
from apps.crm.services.opportunities import OpportunityInput, make_opportunity, move_opportunity
from tests.contacts.factories import OrganisationFactory, PersonFactory
from tests.crm.factories import a_dealer, a_plant, an_order
from tests.messaging.factories import mail_in, mailbox_of


def some_moment(dice: Random) -> datetime:
    """Often near midnight of the company, where days and months are told apart."""
    return datetime(2026, dice.randint(1, 10), dice.randint(1, 28), dice.choice([3, 12, 21, 22, 23]), 30, tzinfo=UTC)


def make_history(seed: int, people: list[User], folders: list[Folder]) -> None:
    dice = Random(seed)
    contacts = [_contact(dice, number, folders) for number in range(8)]
    for entity in contacts:
        who = dice.choice(people)
        if dice.random() < 0.8:
            at = some_moment(dice)
            add_note(actor=_writer(entity, people), entity=entity, text="Wants oak", now=at)
        if dice.random() < 0.5:
            at = some_moment(dice)
            log_call(actor=_writer(entity, people), entity=entity, text="Called", occurred_at=at, now=at)
        _task(dice, entity, people)
        _journey(dice, entity, who)
    _hand_over(dice, contacts, people)
    _orders(dice, seed, people)
    _mail(dice, people)
    _opportunities(dice, contacts, people)
    _campaign(dice, contacts, people)


def _contact(dice: Random, number: int, folders: list[Folder]) -> Entity:
    make = dice.choice([PersonFactory, OrganisationFactory])
    source = dice.choice(["form", "import", ""])
    return make(folder=dice.choice(folders), created_at=some_moment(dice), source=source)


def _writer(entity: Entity, people: list[User]) -> User:
    return next(user for user in people if Entity.objects.editable_by(user).filter(pk=entity.pk).exists())


def _task(dice: Random, entity: Entity, people: list[User]) -> None:
    actor, made = _writer(entity, people), some_moment(dice)
    readers = [user for user in people if Entity.objects.visible_to(user).filter(pk=entity.pk).exists()]
    who = {user.pk for user in dice.sample(readers, dice.randint(1, min(2, len(readers))))}
    due = made.date() + timedelta(days=dice.randint(0, 20))
    data = TaskInput(subject="Send the offer", zone="Europe/Kyiv", entities=[entity], assignees=who, due_on=due)
    task = add_task(actor=actor, data=data, now=made)
    if dice.random() < 0.7:
        complete_task(actor=actor, task=task, now=made + timedelta(days=dice.randint(0, 30)))


def _journey(dice: Random, entity: Entity, who: User) -> None:
    pipeline = Pipeline.objects.filter(purpose="journey").order_by("position", "pk").first()
    assert pipeline is not None
    stages = list(pipeline.stages.order_by("position"))
    at = some_moment(dice)
    for last in range(dice.randint(0, 4), -1, -1):
        left = None if last == 0 else at + timedelta(days=dice.randint(1, 40))
        JourneyStep.objects.create(
            entity=entity, pipeline=pipeline, stage=dice.choice(stages), entered_at=at, left_at=left, moved_by=who
        )
        at = left or at


def _hand_over(dice: Random, contacts: list[Entity], people: list[User]) -> None:
    giver, taker = dice.sample(people, 2)
    starts = some_moment(dice)
    until = starts.date() + timedelta(days=5) if dice.random() < 0.5 else None
    made = HandOver.objects.create(
        from_user=giver,
        to_user=taker,
        starts_on=starts.date(),
        until=until,
        made_by=giver,
        made_at=starts,
        done_at=starts if dice.random() < 0.8 else None,
    )
    for entity in dice.sample(contacts, dice.randint(0, 4)):
        HandOverItem.objects.create(hand_over=made, entity=entity)


def _orders(dice: Random, seed: int, people: list[User]) -> None:
    dealer = a_dealer(f"Dealer {seed}-{dice.random()}", plant=a_plant("kyiv"))
    for number in range(5):
        at = some_moment(dice)
        name = f"{dealer.pk}-{number}"
        order = an_order(dealer, name, received_at=at, product=dice.choice(["PVC windows", ""]), plant=a_plant("kyiv"))
        if dice.random() < 0.6:
            amount, currency = Decimal(dice.randint(1, 99_999)) / 100, dice.choice(["UAH", "EUR"])
            OrderMoney.objects.create(order=order, dealer=dealer, amount=amount, currency=currency, version=1, as_of=at)
        if dice.random() < 0.5:
            OrderState.objects.filter(order=order).update(stage=Stage.DELIVERED, delivered_at=at)
        if dice.random() < 0.6:
            decided = at + timedelta(hours=dice.randint(1, 200)) if dice.random() < 0.7 else None
            Claim.objects.create(
                number=f"C-{name}",
                dealer=dealer,
                plant=order.plant,
                order=order,
                kind=dice.choice(["damage", "missing"]),
                text="Cracked",
                author_name="Dora",
                manager=dice.choice(people),
                made_at=at,
                changed_at=at,
                due_at=at + timedelta(days=3),
                decided_at=decided,
            )


def _mail(dice: Random, people: list[User]) -> None:
    owner = dice.choice(people)
    box = owner.mail_accounts.first() if hasattr(owner, "mail_accounts") else None
    box = box or mailbox_of(owner, f"{owner.pk}-{dice.random()}@firm.example")
    for number in range(3):
        at = some_moment(dice)
        first = mail_in(box, at=at, subject=f"Offer {number} {dice.random()}")
        if dice.random() < 0.6:
            later = at + timedelta(hours=dice.randint(1, 99))
            mail_in(box, at=later, thread=first.thread, is_outgoing=True, subject=f"Re: Offer {dice.random()}")


def _campaign(dice: Random, contacts: list[Entity], people: list[User]) -> None:
    campaign = Campaign.objects.create(
        name=f"Oak {dice.random()}",
        topic=dice.choice([None, *MailingTopic.objects.order_by("pk")]),
        language="en",
        subject="Oak",
        body="Oak",
        made_by=dice.choice(people),
        created_at=some_moment(dice),
        changed_at=some_moment(dice),
    )
    for entity in contacts:
        at = some_moment(dice)
        CampaignRecipient.objects.create(
            campaign=campaign,
            entity=entity,
            address=f"{entity.pk}@example.com",
            written=f"{entity.pk}@example.com",
            variant=dice.choice("ab"),
            state="sent",
            message_id=f"{campaign.pk}.{entity.pk}@example.com",
            made_at=at,
            settled_at=at,
            clicked_at=at + timedelta(hours=1) if dice.random() < 0.4 else None,
        )


def _opportunities(dice: Random, contacts: list[Entity], people: list[User]) -> None:
    stages = list(PipelineStage.objects.filter(pipeline__purpose="opportunity").select_related("pipeline"))
    reasons = [None, *LostReason.objects.order_by("pk")]
    for number in range(6):
        owner, at = dice.choice(people), some_moment(dice)
        seen = [each for each in contacts if Entity.objects.visible_to(owner).filter(pk=each.pk).exists()]
        data = OpportunityInput(
            title=f"Facade {number}",
            owner=owner,
            revenue=Decimal(dice.randint(1, 99_999)) / 100 if dice.random() < 0.8 else None,
            currency=dice.choice(["UAH", "EUR"]),
            probability=dice.choice([None, 33, 50]),
            expected_on=dice.choice([None, at.date() + timedelta(days=60)]),
            source=dice.choice(["", "Exhibition"]),
            contacts=dice.sample(seen, min(len(seen), dice.randint(0, 2))),
        )
        made = make_opportunity(actor=owner, data=data, stage=dice.choice(stages), now=at)
        for _move in range(dice.randint(0, 2)):
            at += timedelta(days=dice.randint(1, 30))
            move_opportunity(
                actor=owner, opportunity=made, stage=dice.choice(stages), lost_reason=dice.choice(reasons), now=at
            )
            made.refresh_from_db()

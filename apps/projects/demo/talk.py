"""What is said in the demo's groups: who by their role, and what, in its order."""

from __future__ import annotations

from dataclasses import dataclass

Line = tuple[str, str]  # role of the one who says it, words


@dataclass(frozen=True, slots=True)
class Talk:
    """A group; with `city` it is a project. `days` ago it began. The first of `roles` owns it."""

    title: str
    roles: tuple[str, ...]
    lines: tuple[Line, ...]
    days: int
    city: str = ""
    address: str = ""
    specialisation: str = ""
    numbers: str = ""
    about: str = ""
    is_channel: bool = False


_OAK: tuple[Line, ...] = (
    ("project", "Hi all, the client on Oak Street wants the glazing done before the frost. 48 windows, two lifts."),
    ("sales", "They asked for oak décor outside and white inside. I'll send the drawings today."),
    ("project", "Floor plan: https://plans.example/oak-street-5/floor-1"),
    ("manager", "Who measures? Last time we lost a week."),
    ("sales", "I can go on Thursday."),
    ("project", "Thursday 9:00 then. The gate has a code, ask the site office."),
    ("claims", "Please photograph the old frames on the north side. Two claims came from there."),
    ("sales", "Виміряв перший поверх. Отвори різні, до 15 мм."),
    ("project", "15 mm is within tolerance. Second floor tomorrow?"),
    ("sales", "Tomorrow, yes. The lift is out of order until noon."),
    ("manager", "Good. Please keep the client's architect in the loop."),
    ("project", "Architect agrees with the handles: https://catalogue.example/handles/lisbon"),
    ("finance", "The first part was paid on Monday."),
    ("project", "Then we order. Delivery in week 6, mounting in week 7."),
    ("sales", "Client asks whether the balcony doors can come first."),
    ("project", "They can, if we confirm today."),
    ("manager", "Confirmed."),
)
_MILL: tuple[Line, ...] = (
    ("project", "Mill Lane 7: the facade contractor starts on the first."),
    ("sales", "Скло вже замовлене, 4-16-4, із аргоном."),
    ("project", "Great. The site office moved, the new number stands under About."),
    ("claims", "One pane came with a scratch, photos are in the claim."),
    ("project", "Replacement is on the truck of Friday."),
    ("sales", "The client wants to see a sample of the colour first: https://colours.example/7016"),
    ("manager", "Send two, they will change their mind."),
    ("sales", "Sent two. They took the second."),
)
_SALES: tuple[Line, ...] = (
    ("manager", "Morning! What do we expect to close this week?"),
    ("sales", "Two: the school and the bakery. The hotel waits for its bank."),
    ("manager", "Anything I can do for the hotel?"),
    ("sales", "A word with their director would help."),
    ("manager", "I'll call him at three."),
    ("sales", "Дякую!"),
    ("manager", "Called. He signs on Friday."),
    ("sales", "🎉"),
)
_NEWS: tuple[Line, ...] = (
    ("manager", "From Monday on the portal shows delivery windows. Dealers will ask: the guide has a page on it."),
    ("manager", "The office is closed on the 24th. Whoever stands in is in the calendar."),
)

TALKS = (
    Talk(
        "Oak Street 5",
        ("project", "manager", "sales", "claims", "finance"),
        _OAK,
        40,
        city="Київ",
        address="вул. Дубова, 5",
        specialisation="Housing, 48 windows",
        numbers="Gate +380 44 200 11 22\nSite office +380 67 200 33 44",
        about="Two entrances, five floors. Mounting by floors from the top.",
    ),
    Talk(
        "Mill Lane 7",
        ("project", "manager", "sales", "claims"),
        _MILL,
        21,
        city="Львів",
        address="вул. Млинова, 7",
        specialisation="Offices, facade",
        numbers="Site office +380 32 200 55 66",
    ),
    Talk("Sales", ("manager", "sales"), _SALES, 9),
    Talk("House news", ("manager", "sales", "claims", "content", "finance", "project"), _NEWS, 5, is_channel=True),
)
# Said again and again at a site, so that a group has something to scroll through.
DAILY: tuple[Line, ...] = (
    ("project", "Floor {floor}: {number} windows are in."),
    ("sales", "The client was on site, all fine."),
    ("project", "Floor {floor} is foamed. Sills tomorrow."),
    ("claims", "Nothing new from my side."),
    ("project", "Rain until noon, we start at one."),
    ("sales", "Поверх {floor}: ручки поставили."),
)
TASKS = (
    ("Measure the second floor", -3),
    ("Order the balcony doors", 1),
    ("Ask for the permit of the crane", 4),
    ("Hand the keys over", None),
)

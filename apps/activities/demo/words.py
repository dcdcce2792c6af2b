"""Names and places that the demo company is made of; all of them made up or common."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """How people, firms, streets and phones look in one country."""

    country: str
    calling_code: str
    area_codes: tuple[str, ...]  # national, three digits before the number
    digits: int  # that follow the area code
    cities: tuple[tuple[str, str], ...]  # name, postcode
    streets: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    firms: tuple[str, ...]
    endings: tuple[str, ...]
    language: str
    time_zone: str
    domain: str


UKRAINE = Place(
    "UA",
    "+380",
    ("44", "67", "50", "63", "32", "48"),
    7,
    (
        ("Київ", "01001"),
        ("Львів", "79000"),
        ("Одеса", "65000"),
        ("Харків", "61000"),
        ("Дніпро", "49000"),
        ("Житомир", "10000"),
        ("Вінниця", "21000"),
        ("Полтава", "36000"),
    ),
    ("вул. Хрещатик", "вул. Шевченка", "просп. Свободи", "вул. Садова", "вул. Лесі Українки", "вул. Заводська"),
    (
        "Олена", "Андрій", "Ірина", "Сергій", "Наталія", "Дмитро", "Оксана", "Юрій", "Тетяна", "Володимир",
        "Катерина", "Максим", "Марія", "Богдан", "Софія", "Тарас", "Ганна", "Роман", "Людмила", "Олексій",
    ),
    (
        "Коваль", "Шевченко", "Бондаренко", "Ткаченко", "Кравець", "Мельник", "Поліщук", "Щербак", "Гончар", "Лисенко",
        "Марченко", "Савчук", "Романюк", "Клименко", "Яценко", "Дорошенко", "Петренко", "Гаврилюк", "Чорний",
    ),
    ("Вікна", "Скло", "Світлий дім", "Фасад", "Комфорт", "Будмайстер", "Панорама", "Затишок", "Тепло", "Горизонт"),
    ("Плюс", "Сервіс", "Груп", "Буд", "Трейд", "Майстер", "Центр", "Захід", "Південь", "Люкс"),
    "uk",
    "Europe/Kyiv",
    "ua.example",
)  # fmt: skip
POLAND = Place(
    "PL",
    "+48",
    ("22", "12", "71", "61", "58"),
    7,
    (("Warszawa", "00-001"), ("Kraków", "30-001"), ("Wrocław", "50-001"), ("Poznań", "60-001"), ("Gdańsk", "80-001")),
    ("ul. Długa", "ul. Polna", "al. Jana Pawła II", "ul. Słoneczna", "ul. Ogrodowa"),
    (
        "Agnieszka", "Piotr", "Katarzyna", "Krzysztof", "Małgorzata", "Tomasz", "Zofia", "Paweł", "Łucja", "Michał",
        "Joanna", "Grzegorz",
    ),
    (
        "Kowalski", "Nowak", "Wiśniewska", "Wójcik", "Kamiński", "Lewandowska", "Zieliński", "Szymańska", "Dąbrowski",
        "Kozłowska", "Jankowski", "Mazur",
    ),
    ("Okna", "Szkło", "Fasada", "Dom", "Światło", "Budowa"),
    ("Polska", "Serwis", "Partner", "Hurt", "System"),
    "pl",
    "Europe/Warsaw",
    "pl.example",
)  # fmt: skip
GERMANY = Place(
    "DE",
    "+49",
    ("30", "89", "40", "221", "711"),
    7,
    (("Berlin", "10115"), ("München", "80331"), ("Hamburg", "20095"), ("Köln", "50667"), ("Stuttgart", "70173")),
    ("Hauptstraße", "Gartenweg", "Lindenallee", "Am Markt", "Schillerstraße"),
    (
        "Anna", "Jürgen", "Sabine", "Björn", "Käthe", "Stefan", "Ulrike", "Matthias", "Heike", "Günther", "Lea", "Jörg",
    ),
    (
        "Müller", "Schröder", "Weiß", "Krüger", "Vogel", "Bauer", "Schäfer", "Hoffmann", "Größer", "Lang", "Brandt",
        "Kühn",
    ),
    ("Fenster", "Glas", "Bau", "Fassade", "Licht", "Haus"),
    ("GmbH", "& Söhne", "Technik", "Handel", "Werk"),
    "de",
    "Europe/Berlin",
    "de.example",
)  # fmt: skip
BRITAIN = Place(
    "GB",
    "+44",
    ("20", "121", "161"),
    7,
    (("London", "EC1A 1BB"), ("Birmingham", "B1 1AA"), ("Manchester", "M1 1AE")),
    ("High Street", "Station Road", "Church Lane", "Victoria Road"),
    ("Olivia", "George", "Amelia", "Harry", "Isla", "Oliver", "Grace", "William", "Siobhán", "Rhys"),
    ("Smith", "Jones", "O'Brien", "Taylor", "Walker", "Evans", "Wright", "Clarke", "Hughes", "McAllister"),
    ("Clearview", "Northlight", "Hearth", "Brightwell", "Stonegate"),
    ("Ltd", "Windows", "Glazing", "Homes", "Partners"),
    "en",
    "Europe/London",
    "uk.example",
)  # fmt: skip
PLACES = (UKRAINE, UKRAINE, UKRAINE, POLAND, GERMANY, BRITAIN)  # as often as they should come

JOB_TITLES = {
    "uk": ("Директор", "Менеджер з продажу", "Бухгалтер", "Прораб", "Закупівельник", "Майстер з монтажу", "Логіст"),
    "pl": ("Dyrektor", "Kierownik sprzedaży", "Księgowa", "Kierownik budowy", "Monter", "Zakupy"),
    "de": ("Geschäftsführer", "Vertriebsleiterin", "Buchhaltung", "Bauleiter", "Einkauf", "Monteur"),
    "en": ("Director", "Sales manager", "Accountant", "Site manager", "Buyer", "Fitter"),
}
DEPARTMENTS = {
    "uk": ("Продаж", "Фінанси", "Монтаж", "Склад"),
    "pl": ("Sprzedaż", "Finanse", "Montaż", "Magazyn"),
    "de": ("Vertrieb", "Finanzen", "Montage", "Lager"),
    "en": ("Sales", "Finance", "Fitting", "Warehouse"),
}
INDUSTRIES = ("Windows and doors", "Construction", "Glass", "Logistics", "Hardware", "Architecture", "Real estate")
CATEGORIES = ("Customer", "Supplier", "Dealer", "Partner", "Press", "VIP")
NOTES = (
    "Prefers to be called before ten.",
    "Ask about the new showroom.",
    "Просить рахунок поштою.",
    "Zahlt per Vorkasse.",
    "Wants the oak finish samples.",
)

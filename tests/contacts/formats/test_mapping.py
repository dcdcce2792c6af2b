"""Which column holds what, guessed in four languages."""

from __future__ import annotations

import pytest

from apps.contacts.formats import mapping, targets
from apps.contacts.formats.mapping import RowMapper, guess_mapping
from apps.contacts.formats.people import split_name
from apps.contacts.formats.records import PartialDate, Raw

OUTLOOK_GERMAN = {
    "Anrede": "prefix", "Vorname": "first_name", "Weitere Vornamen": "middle_name", "Nachname": "last_name",
    "Suffix": "suffix", "Firma": "organisation", "Abteilung": "department", "Position": "job_title",
    "Straße geschäftlich": "address[work].street", "Straße geschäftlich 2": "address[work].street2",
    "Ort geschäftlich": "address[work].city", "Region geschäftlich": "address[work].region",
    "Postleitzahl geschäftlich": "address[work].postcode", "Land/Region geschäftlich": "address[work].country",
    "Straße privat": "address[home].street", "Bundesland/Kanton privat": "address[home].region",
    "Postleitzahl privat": "address[home].postcode", "Weiterer Ort": "address[other].city",
    "Postfach privat": "address[home].po_box", "Fax geschäftlich": "phone[work_fax]",
    "Telefon geschäftlich": "phone[work]", "Telefon geschäftlich 2": "phone[work]", "Telefon (privat)": "phone[home]",
    "Telefon (privat 2)": "phone[home]", "Mobiltelefon": "phone[mobile]", "Haupttelefon": "phone[main]",
    "E-Mail-Adresse": "email", "E-Mail 2: Adresse": "email", "E-Mail: Angezeigter Name": "raw",
    "Telefon Assistent": "raw", "Weiteres/r Bundesland/Kanton": "address[other].region",
    "Weiteres/e Land/Region": "address[other].country", "Weiteres Postfach": "address[other].po_box",
    "E-Mail 2: Typ": "ignore", "Weiteres Fax": "phone[fax]", "Mobiltelefon 2": "phone[mobile]", "Rückmeldung": "raw",
    "Telefon Firma": "phone[main]", "Autotelefon": "phone[other]", "PLZ geschäftlich": "address[work].postcode",
    "Name des/r Vorgesetzten": "raw", "Partner/in": "raw", "Büro": "raw", "Ort": "address.city",
    "Geburtstag": "birthday", "Jahrestag": "anniversary", "Notizen": "notes",
    "Kategorien": "categories", "Webseite": "url", "Sprache": "language", "Privat": "raw",
}  # fmt: skip
OUTLOOK_RUSSIAN = {
    "Обращение": "prefix", "Имя": "first_name", "Отчество": "middle_name", "Фамилия": "last_name",
    "Организация": "organisation", "Отдел": "department", "Должность": "job_title",
    "Улица (раб. адрес)": "address[work].street", "Улица 2 (раб. адрес)": "address[work].street2",
    "Почтовый код (дом.)": "address[home].postcode",
    "Улица  3 (другой адрес)": "address[other].street2", "Индекс  (другой адрес)": "address[other].postcode",
    "Основной телефон организации": "phone[main]", "Другой факс": "phone[fax]", "Обратный вызов": "raw",
    "Телефон в машине": "phone[other]", "Тип 2 эл. почты": "ignore", "Краткое имя 1 эл. почты": "raw",
    "Город (дом. адрес)": "address[home].city", "Почтовый индекс (раб. адрес)": "address[work].postcode",
    "Страна или регион (дом. адрес)": "address[home].country", "Область (дом. адрес)": "address[home].region",
    "Рабочий факс": "phone[work_fax]", "Рабочий телефон": "phone[work]", "Телефон дом. 2": "phone[home]",
    "Телефон переносной": "phone[mobile]", "Основной телефон": "phone[main]", "Адрес эл. почты": "email",
    "Адрес 2 эл. почты": "email", "День рождения": "birthday", "Заметки": "notes", "Категории": "categories",
    "Веб-страница": "url", "Пейджер": "phone[pager]", "Телефон помощника": "raw", "Хобби": "raw",
}  # fmt: skip
OUTLOOK_UKRAINIAN = {
    "Звертання": "prefix", "Ім'я": "first_name", "По батькові": "middle_name", "Прізвище": "last_name",
    "Організація": "organisation", "Відділ": "department", "Посада": "job_title",
    "Робоча адреса - вулиця": "address[work].street", "Робоча адреса - місто": "address[work].city",
    "Домашня адреса - поштовий індекс": "address[home].postcode", "Робоча адреса - країна": "address[work].country",
    "Адреса електронної пошти": "email", "Мобільний телефон": "phone[mobile]", "Робочий телефон": "phone[work]",
    "Домашній телефон": "phone[home]", "Робочий факс": "phone[work_fax]", "День народження": "birthday",
    "Примітки": "notes", "Категорії": "categories", "Веб-сторінка": "url",
}  # fmt: skip
OUTLOOK_ENGLISH = {
    "Title": "prefix", "First Name": "first_name", "Middle Name": "middle_name", "Last Name": "last_name",
    "Suffix": "suffix", "Company": "organisation", "Department": "department", "Job Title": "job_title",
    "Business Street": "address[work].street", "Business Street 2": "address[work].street2",
    "Business City": "address[work].city", "Business State": "address[work].region",
    "Business Postal Code": "address[work].postcode", "Business Country/Region": "address[work].country",
    "Home Address PO Box": "address[home].po_box", "Other Country": "address[other].country",
    "Assistant's Phone": "raw", "Business Fax": "phone[work_fax]", "Business Phone 2": "phone[work]",
    "Company Main Phone": "phone[main]", "Mobile Phone": "phone[mobile]", "Pager": "phone[pager]",
    "E-mail Address": "email", "E-mail Type": "ignore", "E-mail Display Name": "raw", "E-mail 3 Address": "email",
    "Birthday": "birthday", "Web Page": "url", "Manager's Name": "raw", "Office Location": "raw", "Private": "raw",
}  # fmt: skip
GOOGLE = {
    "Name": "full_name", "Given Name": "first_name", "Family Name": "last_name", "Name Prefix": "prefix",
    "Yomi Name": "raw", "Group Membership": "categories", "E-mail 1 - Type": "email#1.label",
    "E-mail 1 - Value": "email#1", "Phone 2 - Label": "phone#2.label", "Address 1 - Formatted": "address#1",
    "Address 1 - Postal Code": "address#1.postcode", "Website 1 - Value": "url#1",
    "Organization 1 - Name": "organisation#1", "Organization 1 - Title": "job_title#1",
    "Organization 1 - Symbol": "raw", "Photo": "photo", "Custom Field 1 - Value": "raw",
}  # fmt: skip
THUNDERBIRD = {
    "First Name": "first_name", "Last Name": "last_name", "Display Name": "full_name", "Nickname": "nickname",
    "Primary Email": "email", "Secondary Email": "email[other]", "Screen Name": "raw", "Work Phone": "phone[work]",
    "Fax Number": "phone[fax]", "Mobile Number": "phone[mobile]", "Home Address": "address[home]",
    "Home Address 2": "address[home].street2", "Home City": "address[home].city",
    "Home ZipCode": "address[home].postcode",
    "Organization": "organisation", "Web Page 1": "url", "Birth Year": "birthday.year", "Birth Day": "birthday.day",
    "Custom 1": "raw", "Notes": "notes",
}  # fmt: skip
YAHOO = {
    "First": "first_name", "Last": "last_name", "Home": "phone[home]", "Work": "phone[work]", "Mobile": "phone[mobile]",
    "Yahoo! Phone": "phone", "Alternate Email 1": "email[other]", "Personal Website": "url[home]", "Title": "job_title",
    "Company": "organisation", "Work ZIP": "address[work].postcode", "Messenger ID": "raw", "Comments": "notes",
}  # fmt: skip
PLAIN = {
    "last_name": "last_name", "firstName": "first_name", "title": "job_title", "org": "organisation", "phone": "phone",
    "EMAIL": "email", "p_code": "address.postcode", "house number": "address.house_number", "Joined": "raw",
    "Ваш телефон?": "raw",
}  # fmt: skip
ALL = {
    "Outlook in German": OUTLOOK_GERMAN, "Outlook in Russian": OUTLOOK_RUSSIAN,
    "Outlook in Ukrainian": OUTLOOK_UKRAINIAN,
    "Outlook in English": OUTLOOK_ENGLISH, "Google": GOOGLE, "Thunderbird": THUNDERBIRD, "Yahoo": YAHOO, "plain": PLAIN,
}  # fmt: skip


@pytest.mark.parametrize("wanted", ALL.values(), ids=ALL)
def test_columns_are_understood(wanted):
    assert guess_mapping(list(wanted)) == wanted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (["Name", "Vorname"], ["last_name", "first_name"]),
        (["Name", "Vorname", "Nachname"], ["full_name", "first_name", "last_name"]),
        (["Name", "Phone"], ["full_name", "phone"]),
        (["Имя", "Телефон"], ["full_name", "phone"]),
        (["ФИО", "Моб. телефон"], ["full_name", "phone[mobile]"]),
        (["ПІБ", "Назва організації"], ["full_name", "organisation"]),
        (["Title", "Name"], ["job_title", "full_name"]),
        (["Title", "Position"], ["prefix", "job_title"]),
    ],
)
def test_a_word_of_two_meanings_is_read_beside_its_neighbours(header, wanted):
    assert list(guess_mapping(header).values()) == wanted


def test_a_custom_field_is_found_by_its_label_or_key():
    found = guess_mapping(
        ["Name", "Schuhgröße", "shoe_colour"], custom_fields={"size": "Schuhgröße", "shoe_colour": "C"}
    )

    assert found == {"Name": "full_name", "Schuhgröße": "attributes.size", "shoe_colour": "attributes.shoe_colour"}


def test_a_column_of_addresses_is_found_without_a_telling_name():
    assert guess_mapping(["Who", "Reach"], [["Ann", "a@x.org"], ["Bob", "b@x.org"]])["Reach"] == "email"


def test_our_own_columns_map_by_themselves():
    header = [
        "Rapport UID",
        "Organisation name",
        "E-mail 2 - Plain text only",
        "Unit 1 - Address street",
        "Custom: size",
    ]

    assert list(guess_mapping(header).values()) == [
        "uid", "name", "email#2.plain_text_only", "unit#1.address.street", "attributes.size",
    ]  # fmt: skip


def test_every_target_that_may_be_picked_is_one_and_has_a_title():
    picked = dict(mapping.choices({"size": "Shoe size"}))

    assert all(mapping.parse_target(target) for target in picked)
    assert len(set(picked.values())) == len(picked)
    assert picked["attributes.size"] == "Shoe size"
    assert picked["phone[work_fax]"] == "Phone (work fax)"
    assert mapping.title_of("address[home]#2.city") == "Address (home) 2: city"
    assert mapping.title_of("nonsense[1") == "nonsense[1"


@pytest.mark.parametrize("text", ["", "email.nonsense", "first_name[work]", "attributes.", "address.floor", "what"])
def test_what_is_no_target_is_told_so(text):
    assert targets.parse_target(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ann", ("Ann", "", "")),
        ("Ann Mary Lee", ("Ann", "Mary", "Lee")),
        ("Lee, Ann M.", ("Ann", "M.", "Lee")),
        ("Иванов Иван Петрович", ("Иван", "Петрович", "Иванов")),
        ("Ольга Сергеевна Ким", ("Ольга", "Сергеевна", "Ким")),
        ("Коваленко Оксана Андріївна", ("Оксана", "Андріївна", "Коваленко")),
    ],
)
def test_a_whole_name_is_split(text, wanted):
    assert split_name(text) == wanted


def card_of(**cells):
    return RowMapper(list(cells), guess_mapping(list(cells))).card(list(cells.values()), 1)


def test_a_row_with_a_company_alone_is_an_organisation():
    acme = card_of(Company="Acme", Phone="1")
    same = card_of(Name="ACME", Company="Acme")
    person = card_of(Name="Ann", Company="Acme")

    assert (acme.kind, acme.name, acme.jobs) == ("organisation", "Acme", [])
    assert (same.kind, same.name) == ("organisation", "ACME")
    assert (person.kind, person.jobs[0].organisation) == ("person", "Acme")


def test_work_and_home_get_units_of_their_own():
    card = card_of(
        Name="Ann Lee",
        HomeStreet="Road 1",
        WorkStreet="Way 2",
        WorkPhone="1",
        HomePhone="2",
        HomeFax="3",
        Email="a@x.org",
    )

    home, work = card.units
    assert (home.kind, work.kind) == ("home", "work")
    assert [phone.raw for phone in work.phones] == ["1"]
    assert [phone.kind for phone in home.phones] == ["home", "home_fax"]
    assert [email.address for email in home.emails] == ["a@x.org"]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("1978-04-15", PartialDate(1978, 4, 15)), ("15.04.1978", PartialDate(1978, 4, 15)), ("4/15/1978",
        PartialDate(1978, 4, 15)),
        ("15/4/1978", PartialDate(1978, 4, 15)), ("--04-15", PartialDate(None, 4, 15)), ("19780415", PartialDate(1978,
        4, 15)),
        ("1978-04-15T00:00:00Z", PartialDate(1978, 4, 15)), ("15.4.", PartialDate(None, 4, 15)),
        ("soon", None), ("0/0/00", None),
    ],
)  # fmt: skip
def test_dates_are_read_as_programs_write_them(cell, wanted):
    card = card_of(Name="Ann", Birthday=cell)

    assert card.birthday == wanted
    assert bool(card.raw) == (cell == "soon")


def test_other_rows_tell_which_of_day_and_month_stands_first():
    mapper = RowMapper(["Birthday"], {"Birthday": "birthday"}, [["25/12/1980"], ["03/04/1978"]])

    assert mapper.card(["03/04/1978"], 1).birthday == PartialDate(1978, 4, 3)


def test_a_date_in_three_columns_and_a_photo_that_is_none():
    card = card_of(Name="Ann", BirthYear="1980", BirthMonth="2", BirthDay="30", Photo="yes")

    assert card.birthday is None
    assert {raw.value for raw in card.raw} == {"1980", "2", "30", "yes"}
    assert card_of(Name="Ann", BirthYear="1980", BirthMonth="2", BirthDay="3").birthday == PartialDate(1980, 2, 3)


def test_a_whole_address_is_the_street_where_the_street_is_missing():
    split = card_of(Name="Ann", HomeAddress="Road 1", HomeCity="Bonn")
    twice = card_of(Name="Ann", HomeAddress="Road 1, Bonn", HomeStreet="Road 1", HomeCity="Bonn")
    other = card_of(Name="Ann", HomeAddress="Elsewhere", HomeStreet="Road 1")

    assert (split.units[0].address.street, split.units[0].address.city) == ("Road 1", "Bonn")
    assert (twice.units[0].address.street, twice.raw) == ("Road 1", [])
    assert other.raw == [Raw("X-CSV", "Elsewhere", {"NAME": ["HomeAddress"]})]

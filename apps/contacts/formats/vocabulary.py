"""The words of column headers: Outlook, Google, Yahoo, Thunderbird and plain tables, in en, de, ru and uk."""

from __future__ import annotations

import re

_CAMEL = re.compile(r"(?<=[a-zа-яёіїєґ])(?=[A-ZА-ЯЁІЇЄҐ])")
_DIGITS = re.compile(r"(\d+)")
_MARKS = re.compile(r"[^\w]+|_+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ё": "е", "'": "", "’": "", "ʼ": "", "`": "", "*": ""})

_JOINED = (
    ("e mail", "email"), ("e mails", "email"), ("p o box", "pobox"), ("po box", "pobox"), ("post office box", "pobox"),
    ("абонентский ящик", "pobox"), ("почтовый ящик", "pobox"), ("поштова скринька", "pobox"),
    ("абонентська скринька", "pobox"), ("а я", "pobox"), ("zip code", "zip"), ("post code", "zip"),
    ("postal code", "zip"), ("почтовый индекс", "индекс"), ("почтовый код", "индекс"),
    ("поштовий код", "індекс"), ("поштовий індекс", "індекс"),
    ("web page", "website"), ("web site", "website"), ("home page", "homepage"), ("веб страница", "сайт"),
    ("веб сторінка", "сайт"), ("веб сайт", "сайт"), ("эл почта", "почта"), ("эл почты", "почта"),
    ("электронная почта", "почта"), ("электронной почты", "почта"), ("електронна пошта", "пошта"),
    ("електронної пошти", "пошта"), ("ел пошта", "пошта"), ("cell phone", "mobile"), ("mobile phone", "mobile"),
    ("i phone", "mobile"),
)  # fmt: skip


def words_of(header: str) -> str:
    """The header in small letters, one blank between words and numbers, spellings made one."""
    text = _CAMEL.sub(" ", header.strip("\ufeff \t\r\n")).casefold().translate(_UMLAUTS)
    words = _DIGITS.sub(r" \1 ", _MARKS.sub(" ", text)).split()
    text = f" {' '.join(words)} "
    for spelling, word in _JOINED:
        text = text.replace(f" {spelling} ", f" {word} ")
    return text.strip()


# Whole headers. A word of more than one meaning ("name", "title") is decided in `mapping`, beside its neighbours.
_PHRASES = {
    "first_name": "first name; first; firstname; given name; given names; givenname; forename; fname; vorname; rufname;"
    "christian name; имя; імя",
    "middle_name": "middle name; middle; middlename; mname; additional name; additional names; weitere vornamen;"
    "zweiter vorname; отчество; второе имя; по батькові; patronymic",
    "last_name": "last name; last; lastname; lname; surname; family name; familyname; nachname; familienname; фамилия;"
    "прізвище; sn",
    "prefix": "name prefix; prefix; salutation; anrede; обращение; звертання; звернення; honorific; honorific prefix;"
    "courtesy title; titel; akademischer titel; namensprefix",
    "suffix": "suffix; name suffix; namenszusatz; суффикс; суфікс; honorific suffix; generation",
    "nickname": "nickname; nick name; nick; spitzname; псевдоним; псевдонім; прозвище; прізвисько",
    "full_name": "full name; fullname; display name; displayname; formatted name; contact name; contact person; cn; fn;"
    "contact; person; customer name; anzeigename; vollstaendiger name; ansprechpartner; kontakt; фио; ф и о; "
    "піб; п і б;"
    "имя и фамилия; фамилия имя; фамилия имя отчество; полное имя; повне імя; контактное лицо; контактна особа; "
    "контакт;"
    "имя контакта; отображаемое имя; відображуване імя; прізвище та імя; прізвище імя; прізвище імя по "
    "батькові; kundenname",
    "organisation": "company; company name; organization; organisation; organization name; organisation name; "
    "org; firm;"
    "firma; firmenname; unternehmen; organization 1 name; employer; arbeitgeber; компания; организация; фирма; "
    "компанія;"
    "організація; фірма; название организации; название компании; назва компанії; назва організації; предприятие;"
    "підприємство; account name; business name; название; назва; наименование; найменування; o; section company",
    "department": "department; dept; abteilung; отдел; подразделение; відділ; підрозділ; ou; organization department",
    "job_title": "job title; jobtitle; position; funktion; berufsbezeichnung; stellenbezeichnung; должность; посада;"
    "organization title; section title",
    "role": "role; rolle; роль",
    "birthday": "birthday; birth date; birthdate; date of birth; dob; bday; geburtstag; geburtsdatum; день рождения;"
    "дата рождения; день народження; дата народження",
    "anniversary": "anniversary; wedding anniversary; jahrestag; hochzeitstag; годовщина; річниця",
    "notes": "notes; note; comments; comment; description; remarks; remark; memo; notizen; notiz; bemerkung; "
    "bemerkungen;"
    "kommentar; kommentare; anmerkung; anmerkungen; beschreibung; заметки; заметка; примечание; примечания; "
    "комментарий;"
    "комментарии; описание; нотатки; нотатка; примітки; примітка; коментар; коментарі; опис",
    "categories": "categories; category; group membership; groups; group; labels; tags; tag; label; kategorie; "
    "kategorien;"
    "gruppe; gruppen; категории; категория; группы; группа; метки; теги; категорії; категорія; групи; група; мітки",
    "folder": "folder; ordner; папка; тека",
    "language": "language; preferred language; sprache; язык; мова",
    "time_zone": "time zone; timezone; zeitzone; часовой пояс; часовий пояс",
    "uid": "uid; uuid; guid",
    "vat_number": "vat number; vat; vat id; vat no; tax id; ust id; ust idnr; ust id nr; инн; іпн; umsatzsteuer id",
    "registration_number": "registration number; company number; handelsregisternummer; огрн; єдрпоу; едрпоу; "
    "код єдрпоу",
    "legal_name": "legal name; юридическое название; полное наименование; юридична назва; повне найменування",
    "industry": "industry; branche; отрасль; галузь",
    "organisation_type": "organisation type; organization type",
    "photo": "photo; picture; image; bild; foto; фото; фотография; фотографія; photo url; jpeg photo",
    "public_key": "public key; pgp key",
    "birthday.year": "birth year", "birthday.month": "birth month", "birthday.day": "birth day",
    "phone[main]": "company main phone; primary phone; main phone; haupttelefon; telefon firma;"
    "основной телефон; основной телефон организации;"
    "основний телефон; телефон организации",
    "phone[other]": "car phone; autotelefon; радиотелефон; телефон в машине",
    "phone": "yahoo phone",
    "url": "home website; url",
    "url[home]": "personal website", "url[work]": "business website; workurl; work url",
    "address.postcode": "p code; pcode; postal",
    "address.house_number": "house number; hausnummer; hausnr; haus nr; дом; номер дома; будинок; номер "
    "будинку; house no",
    "address.street2": "address line 2; street line 2; extended address; adresszusatz; adresszeile 2; address 2 line",
    "address.street": "address line 1; street line 1; adresszeile 1; address line",
    "ignore": "email type; email typ; тип почта; тип пошта",
}  # fmt: skip
PHRASES = {phrase.strip(): target for target, phrases in _PHRASES.items() for phrase in phrases.split(";")}

# Words that make up the other headers. A header is understood only if each of its words is one of these.
_QUALIFIERS = {
    "home": "home private privat private personal persoenlich дом домашний домашняя домашнее домашній домашня домашнє "
    "дім личный личная личное особистий особиста особисте",
    "work": "work business office company corporate geschaeftlich geschaeft dienstlich beruflich arbeit buero "
    "firma раб "
    "рабочий рабочая рабочее робочий робоча робоче роб служебный служебная службовий службова организации організації",
    "other": "other alternate alternative secondary additional weitere weiterer weiteres andere anderer sonstige "
    "другой другая другое прочий прочая доп дополнительный дополнительная інший інша інше додатковий додаткова",
}
_NOUNS = {
    "email": "email mail emails emailadresse mailadresse почта пошта email имейл емейл имэйл",
    "phone": "phone phones telephone tel telefon telefonnummer rufnummer fon phonenumber телефон телефона телефону тел "
    "telefonnr",
    "mobile": "mobile mobil cell cellphone cellular handy mobiltelefon mobilnummer handynummer мобильный мобільний моб "
    "сотовый переносной переносний mobilephone мобильного мобільного",
    "fax": "fax telefax faxnummer факс факса факсу",
    "pager": "pager пейджер",
    "street": "street strasse str улица вулиця streetaddress addressline",
    "city": "city town ort stadt wohnort город місто locality",
    "region": "state province region bundesland kanton county область обл регион регіон штат",
    "postcode": "zip zipcode postcode postalcode plz postleitzahl индекс індекс",
    "country": "country land staat страна країна nation",
    "po_box": "pobox postfach",
    "web": "website webpage url homepage internetseite webseite internet www web blog profile ftp сайт веб сайта",
    "address": "address adresse anschrift адрес адреса адресу",
}
_FILLERS = "r e number numbers nummer nr no номер value primary main haupt preferred основной основная основний " \
    "основна code " \
    "line section zustell или или и or und або по the 1st"  # fmt: skip
QUALIFIERS = {word: tag for tag, words in _QUALIFIERS.items() for word in words.split()}
NOUNS = {word: noun for noun, words in _NOUNS.items() for word in words.split()}
FILLERS = frozenset(_FILLERS.split())

# Which noun a header means that holds several: "Fax number (phone)", "Country/Region", "Address: street".
_STRENGTH = (
    "fax", "pager", "mobile", "email", "web", "po_box", "postcode", "street", "city", "country", "region", "phone",
    "address",
)  # fmt: skip


def compose(words: list[str]) -> tuple[str, str] | None:
    """The (noun, tag) of a header made of known words only, such as `["telefon", "geschaeftlich"]`."""
    nouns, tag = set(), ""
    for word in words:
        if word in NOUNS:
            nouns.add(NOUNS[word])
        elif word in QUALIFIERS:
            tag = tag or QUALIFIERS[word]
        elif word not in FILLERS:
            return None
    return next(((noun, tag) for noun in _STRENGTH if noun in nouns), None)


# The words in the "Type" or "Label" column beside a value, and what they mean.
LABELS = {
    "home": "home", "private": "home", "privat": "home", "дом": "home", "домашний": "home", "домашній": "home",
    "дім": "home", "особистий": "home", "личный": "home", "personal": "home",
    "work": "work", "business": "work", "geschäftlich": "work", "arbeit": "work", "рабочий": "work", "робочий": "work",
    "work mobile": "mobile", "other": "other", "andere": "other", "sonstige": "other", "другой": "other",
    "інший": "other",
    "mobile": "mobile", "cell": "mobile", "mobil": "mobile", "handy": "mobile", "мобильный": "mobile",
    "мобільний": "mobile", "iphone": "mobile", "main": "main", "основной": "main", "основний": "main",
    "fax": "fax", "work fax": "work_fax", "workfax": "work_fax", "home fax": "home_fax", "homefax": "home_fax",
    "other fax": "fax", "факс": "fax", "pager": "pager", "пейджер": "pager",
}  # fmt: skip

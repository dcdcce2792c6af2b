"""CommerceML 2 (v8.1c.ru/edi/edi_stnd/131): counterparties, documents (orders) with their sums, offers with prices.

Each element becomes a record with `doc` saying which it is; times are as written, in the zone of whoever wrote them.
Catalogues (groups, goods, properties) hold nothing that is ours: a file of these alone is refused with that reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from apps.sync.formats.raws import MOST_RECORDS, Raw, Reading, Unreadable

_ROOT = "КоммерческаяИнформация"
_FORMED = re.compile(r"(\d{4}-\d\d-\d\d)(?:\D*(\d\d:\d\d:\d\d))?")
_BUYER = "Покупатель"


def read_commerceml(body: bytes) -> Reading:
    """Counterparties first, then orders, their sums, offers. Raises Unreadable."""
    root = _parsed(body)
    if _name(root) != _ROOT:
        raise Unreadable(f"This is no CommerceML: its root is {_name(root)[:60]}, not {_ROOT}.")
    formed = _moment(root.get("ДатаФормирования", ""))
    documents = [element for element in root.iter() if _name(element) == "Документ"]
    records = [
        *_counterparties(root, documents),
        *map(_document, documents),
        *(found for element in documents if (found := _sum(element))),
        *(_offer(element) for element in root.iter() if _name(element) == "Предложение"),
    ]
    if not records and len(root):
        raise Unreadable(f"There are no orders, prices or counterparties in it, only {_contents(root)}.")
    if len(records) > MOST_RECORDS:
        raise Unreadable(f"The file has {len(records)} records; at most {MOST_RECORDS} go into one batch.")
    vouched: list[Raw] = [{**record, "formed_at": formed} if formed else record for record in records]
    return Reading(vouched)


def _parsed(body: bytes) -> Element:
    try:
        return cast(Element, fromstring(body, forbid_dtd=True))
    except DefusedXmlException as error:
        raise Unreadable("The XML declares entities or a document type, which are not let in.") from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"The XML can't be read: {error}.") from error


def _counterparties(root: Element, documents: list[Element]) -> Iterator[dict[str, Any]]:
    """Those listed by themselves, and the parties of documents, as often as they stand there."""
    listed = [each for group in root if _name(group) == "Контрагенты" for each in group]
    for element in [*listed, *(party for document in documents for party in _parties(document))]:
        contacts = {_text(each, "Тип"): _text(each, "Значение") for each in element.iter() if _name(each) == "Контакт"}
        mail = next(
            (value for kind, value in contacts.items() if "почта" in kind.lower() or "mail" in kind.lower()), ""
        )
        phone = next((value for kind, value in contacts.items() if "телефон" in kind.lower()), "")
        address = next((_text(each, "Представление") for each in element if "Адрес" in _name(each)), "")
        values = {
            **_plain(element, id="Ид", name="Наименование", full_name="ОфициальноеНаименование", role="Роль"),
            **_plain(element, vat_number="ИНН", deleted="ПометкаУдаления"),
            **{name: text for name, text in (("email", mail), ("phone", phone), ("address", address)) if text},
        }
        if "full_name" not in values and (full := _text(element, "ПолноеНаименование")):
            values["full_name"] = full
        yield {"doc": "counterparty", **values}


def _document(element: Element) -> dict[str, Any]:
    values = _plain(element, id="Ид", number="Номер", operation="ХозОперация", currency="Валюта", sum="Сумма")
    values |= _plain(element, comment="Комментарий", deleted="ПометкаУдаления", role="Роль")
    lines = [
        _plain(each, id="Ид", name="Наименование", quantity="Количество", sum="Сумма")
        | {"price": _text(each, "ЦенаЗаЕдиницу") or _text(each, "Цена")}
        for group in element
        if _name(group) == "Товары"
        for each in group
    ]
    requisites = {
        _text(each, "Наименование"): _text(each, "Значение")
        for group in element
        if _name(group) == "ЗначенияРеквизитов"
        for each in group
    }
    return {"doc": "document", **values, **_dated(element), "requisites": requisites, "lines": lines}


def _sum(element: Element) -> dict[str, Any] | None:
    values = _plain(element, order="Ид", amount="Сумма", currency="Валюта")
    return {"doc": "sum", **values, **_dated(element)} if "amount" in values else None


def _offer(element: Element) -> dict[str, Any]:
    price = next((each for each in element.iter() if _name(each) == "Цена"), None)
    priced = {} if price is None else _plain(price, price="ЦенаЗаЕдиницу", currency="Валюта", price_type="ИдТипаЦены")
    return {"doc": "offer", **_plain(element, id="Ид", name="Наименование", quantity="Количество"), **priced}


def _dated(element: Element) -> dict[str, Any]:
    at = _moment(f"{_text(element, 'Дата')} {_text(element, 'Время')}")
    parties = _parties(element)
    buyer = next((each for each in parties if _text(each, "Роль") == _BUYER), parties[0] if parties else None)
    who = {} if buyer is None else {"counterparty": _text(buyer, "Ид")}
    return {**({"at": at} if at else {}), **who}


def _parties(document: Element) -> list[Element]:
    return [each for group in document if _name(group) == "Контрагенты" for each in group]


def _moment(text: str) -> str:
    """ "2022-10-31UTC02:25:50" and its like as ISO 8601; a bare day is its midnight."""
    found = _FORMED.search(text)
    return f"{found[1]}T{found[2] or '00:00:00'}" if found else ""


def _contents(root: Element) -> str:
    names = {"Группа": "groups", "Товар": "goods", "Свойство": "properties", "ТипЦены": "kinds of price"}
    counts = {word: sum(_name(each) == name for each in root.iter()) for name, word in names.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "elements that are none of these"


def _plain(element: Element, **names: str) -> dict[str, Any]:
    return {ours: text for ours, theirs in names.items() if (text := _text(element, theirs))}


def _text(element: Element, name: str) -> str:
    found = next((child for child in element if _name(child) == name), None)
    return (found.text or "").strip() if found is not None else ""


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]

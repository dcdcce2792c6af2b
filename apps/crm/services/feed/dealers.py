"""Dealers as sources know them: `code` is what joins the ids under which each knows the same firm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.crm.services.feed import dealer_rows
from apps.crm.services.feed.naming import code_key, dealer_key
from apps.crm.services.feed.parents import lock, sure
from apps.crm.services.feed.run import Item, Run
from apps.crm.services.feed.staging import run
from apps.crm.services.feed.waiting import wait


@dataclass(slots=True)
class Ref:
    """What this source's id stands for, and the record that said so."""

    dealer_id: int
    version: int
    digest: int


_REFS = """
SELECT r.external_id, r.object_id, r.version, r.digest FROM unnest(%s::text[]) k
JOIN crm_externalref r ON r.source = %s AND r.type = 'dealer' AND r.external_id = k
"""
_CODES = "SELECT code, id FROM crm_dealer WHERE code = ANY(%s)"


def apply(going: Run, items: Sequence[Item]) -> None:
    """The source that owns dealers makes and changes them; another one says under which id it knows them."""
    found = run(_REFS, [sorted({item.record.key for item in items}), going.source])
    refs = {key: Ref(*rest) for key, *rest in found}
    new, late = _sort(going, items, refs)
    codes = sure(_by_code, {item.record.code for item in new}, code_key)
    if going.owns_dealers:
        codes |= _make(going, new, codes, refs)
        new = _recoded(going, new, codes, refs)
    else:
        wait(going, [(item, code_key(item.record.code)) for item in new if item.record.code not in codes])
        new = [item for item in new if item.record.code in codes]
    _save(going, new, late, codes, refs)


def _by_code(codes: object) -> dict[str, int]:
    return dict(run(_CODES, [list(codes)]))  # type: ignore[call-overload]  # any collection of text


def _sort(going: Run, items: Sequence[Item], refs: dict[str, Ref]) -> tuple[list[Item], list[Item]]:
    """Those that are newer than what is known, by version, and those that come too late."""
    new, late = [], []
    for item in sorted(items, key=lambda item: item.version):
        ref = refs.get(item.record.key)
        if ref is None or ref.version < item.version:
            new.append(item)
        elif ref.version == item.version:
            going.known(item, ref.digest)
        else:
            going.stale()
            late.append(item)
    return new, late


def _make(going: Run, items: Sequence[Item], codes: dict[str, int], refs: dict[str, Ref]) -> dict[str, int]:
    """Dealers whose code nobody knew, and whose id neither. The code's lock is held: see `sure`."""
    unknown = {
        item.record.code: item for item in items if item.record.code not in codes and item.record.key not in refs
    }
    made = dealer_rows.make(list(unknown.values()), going)
    going.made.update(map(code_key, made))
    return made


def _recoded(going: Run, items: Sequence[Item], codes: dict[str, int], refs: dict[str, Ref]) -> list[Item]:
    """A dealer known by its id may get another code, unless that is another dealer's."""
    left = []
    for item in items:
        record, ref = item.record, refs.get(item.record.key)
        if ref is not None and codes.setdefault(record.code, ref.dealer_id) != ref.dealer_id:
            going.refuse(item, "code_taken", _("Another dealer has the code %(code)s.") % {"code": record.code})
            continue
        left.append(item)
        going.made.add(code_key(record.code))
    return left


def _save(going: Run, new: Sequence[Item], late: Sequence[Item], codes: dict[str, int], refs: dict[str, Ref]) -> None:
    newest = {item.record.key: item for item in new}
    pairs = [(item, codes[item.record.code]) for item in newest.values()]
    dealer_rows.save_refs(going, pairs)
    if going.owns_dealers:
        dealer_rows.save_facts(going, pairs)
    at_plants = [(item, codes[item.record.code]) for item in new]
    at_plants += [(item, refs[item.record.key].dealer_id) for item in late]
    dealer_rows.save_accounts(going, at_plants)
    going.applied(len(new))
    wanted = [dealer_key(going.source, key) for key in newest if key not in refs]
    lock([*wanted, *going.made])
    going.made.update(wanted)

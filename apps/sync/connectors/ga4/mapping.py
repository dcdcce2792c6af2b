"""Events as the Measurement Protocol takes them, and what stands against one. Pure functions.

Since it answers 2xx to anything, its published limits are held here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from apps.sync.connectors.asking import as_json

MOST_EVENTS = 25  # of a request
MOST_PARAMS = 25  # of an event
LONGEST_NAME = 40
LONGEST_VALUE = 100
LARGEST = 130 * 1024  # bytes of a request
OLDEST = timedelta(hours=72)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_MEASUREMENT_ID = re.compile(r"G-[A-Z0-9]{4,20}")
_RESERVED_PREFIXES = ("_", "firebase_", "ga_", "google_", "gtag.")
_RESERVED_NAMES = """
    ad_activeview ad_click ad_exposure ad_query ad_reward adunit_exposure app_background app_clear_data app_exception
    app_remove app_store_refund app_store_subscription_cancel app_store_subscription_convert
    app_store_subscription_renew app_update app_upgrade click dynamic_link_app_open dynamic_link_app_update
    dynamic_link_first_open error file_download firebase_campaign firebase_in_app_message_action
    firebase_in_app_message_dismiss firebase_in_app_message_impression first_open first_visit form_start form_submit
    in_app_purchase notification_dismiss notification_foreground notification_open notification_receive
    notification_send os_update page_view screen_view scroll session_start user_engagement video_complete
    video_progress video_start view_search_results
"""
_RESERVED = frozenset(_RESERVED_NAMES.split())
_NO_ADS = {"ad_user_data": "DENIED", "ad_personalization": "DENIED"}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


def is_measurement_id(text: str) -> bool:
    return bool(_MEASUREMENT_ID.fullmatch(text))


def is_name(name: str) -> bool:
    """May an event bear this name?"""
    return bool(_NAME.fullmatch(name)) and name not in _RESERVED and not name.lower().startswith(_RESERVED_PREFIXES)


def params(values: Mapping[str, object]) -> dict[str, str | int | float]:
    """Parameters as they may stand: names that mayn't fall away, texts are cut, truth becomes "yes" or "no"."""
    made: dict[str, str | int | float] = {}
    for name, value in values.items():
        clean = _value(value)
        if clean != "" and _is_param(name) and len(made) < MOST_PARAMS:
            made[name] = clean
    return made


def event(name: str, values: Mapping[str, object], happened_at: datetime) -> dict[str, Any]:
    return {"name": name, "params": params(values), "timestamp_micros": micros(happened_at)}


def payload(client_id: str, user_id: str, events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A request: at most 25 events of one client."""
    named = {"user_id": user_id} if user_id else {}
    return {"client_id": client_id, **named, "consent": _NO_ADS, "events": list(events)}


def micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def problems_of_event(event: Mapping[str, Any], *, now: datetime) -> list[str]:
    """What the protocol's limits say against an event, in English, as their validation server would."""
    found = []
    if not is_name(event["name"]):
        found.append(f"the name {event['name']!r} isn't allowed")
    if len(event["params"]) > MOST_PARAMS:
        found.append(f"more than {MOST_PARAMS} parameters")
    for name, value in event["params"].items():
        if not _is_param(name):
            found.append(f"the parameter {name!r} isn't allowed")
        if isinstance(value, str) and len(value) > LONGEST_VALUE:
            found.append(f"{name}: more than {LONGEST_VALUE} characters")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            found.append(f"{name}: neither text nor number")
        elif isinstance(value, float) and not math.isfinite(value):
            found.append(f"{name}: no number")
    if "value" in event["params"] and "currency" not in event["params"]:
        found.append("value: without a currency")
    if event["timestamp_micros"] < micros(now - OLDEST):
        found.append("older than 72 hours")
    return found


def problems(payload: Mapping[str, Any], *, now: datetime) -> list[str]:
    """The same for a whole request."""
    found = [words for event in payload["events"] for words in problems_of_event(event, now=now)]
    if not 1 <= len(payload["events"]) <= MOST_EVENTS:
        found.append(f"a request has 1 to {MOST_EVENTS} events")
    if not payload["client_id"]:
        found.append("no client_id")
    if len(payload.get("user_id", "")) > 256:
        found.append("user_id: more than 256 characters")
    if len(as_json(payload)) > LARGEST:
        found.append(f"more than {LARGEST} bytes")
    return found


def _is_param(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not name.lower().startswith(_RESERVED_PREFIXES)


def _value(value: object) -> str | int | float:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)[:LONGEST_VALUE]
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    return " ".join(_UNSEEN.sub(" ", "" if value is None else str(value)).split())[:LONGEST_VALUE].strip()

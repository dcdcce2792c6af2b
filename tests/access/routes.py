"""Every address of the house, read from the URLconf itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from config.api import api

API = "api/v1/"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


def routes() -> dict[str, str]:
    """Each route with the door it belongs to: "web", "allauth", "admin" or "api"; the first of equal ones answers."""
    found: dict[str, str] = {}
    for route, callback in _walk(get_resolver(), ""):
        found.setdefault(route, _door(route, callback))
    return found


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLPattern):
            yield route, each.callback
        else:
            yield from _walk(each, route)


def _door(route: str, callback: Any) -> str:
    if callback.__module__.startswith("allauth."):
        return "allauth"
    if route.startswith("admin/"):
        return "admin"
    return "api" if route.startswith(API) and "docs" not in route else "web"


def api_methods() -> dict[str, set[str]]:
    """The methods that the schema offers, by route."""
    paths = api.get_openapi_schema()["paths"]
    return {
        re.sub(r"{(\w+)}", r"<\1>", path.removeprefix("/")): {method.upper() for method in operations}
        for path, operations in paths.items()
    }


def address(route: str, values: dict[str, Any]) -> str:
    """The address of `route` with `values` in the places of its parameters; a missing one raises KeyError."""
    filled = _PARAMETER.sub(lambda found: str(values[found[1] or found[2]]), route)
    return "/" + re.sub(r"[\^$]", "", filled)

"""Addresses of pages that other parts of messaging bring."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def address_of(name: str, *args: object) -> str:
    """ "" where the page isn't there."""
    try:
        return reverse(name, args=list(args))
    except NoReverseMatch:
        return ""

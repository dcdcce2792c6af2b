"""Messages as HTML that is the same for every reader of a language; the page marks which are one's own."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation

from apps.projects.models import Message


def draw_message(message: Message, language: str) -> str:
    """`message` comes from `for_drawing()`."""
    with translation.override(language):
        html = render_to_string("projects/_message.html", {"message": message})
    return html[:]  # a plain str: encoders don't know Django's safe one

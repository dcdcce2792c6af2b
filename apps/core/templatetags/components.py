"""Components of the pages, as plain Django tags."""

from django import template

register = template.Library()

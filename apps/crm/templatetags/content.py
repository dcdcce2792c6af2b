"""The words of news and guide pages."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from apps.core.markup import own_html
from apps.crm.models import GuidePage, NewsItem
from apps.messaging.services.liquid.markup import clean_body

register = template.Library()


@register.simple_tag
def content_body(item: NewsItem | GuidePage) -> SafeString:
    """Cleaned again as it goes out, whatever lies in the table."""
    return own_html(clean_body(item.body))

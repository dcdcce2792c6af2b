from apps.core.dkim import trouble as signing_trouble
from apps.crm.services.mailings.headers import mailing_headers, one_click_trouble, preferences_url, unsubscribe_url

__all__ = ["mailing_headers", "one_click_trouble", "preferences_url", "signing_trouble", "unsubscribe_url"]

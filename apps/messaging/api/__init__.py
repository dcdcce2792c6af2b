"""The HTTP API's part on mail and voice."""

from apps.messaging.api import sending  # noqa: F401  its routes stand beside those of reading
from apps.messaging.api.reading import messages
from apps.messaging.api.voice import calls, voicemails

__all__ = ["calls", "messages", "voicemails"]

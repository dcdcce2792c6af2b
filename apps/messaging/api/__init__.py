"""The HTTP API's part on mail and voice."""

from apps.messaging.api.voice import calls, voicemails

__all__ = ["calls", "voicemails"]

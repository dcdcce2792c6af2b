"""The HTTP API of contacts."""

from apps.contacts.api.contacts import router

__all__ = ["router"]

"""Contacts as cards of address books: served, received, kept in step."""

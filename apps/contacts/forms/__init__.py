"""Cleaning of what a person typed about contacts; nothing here saves."""

"""Reads of sync that are no single queryset's word."""

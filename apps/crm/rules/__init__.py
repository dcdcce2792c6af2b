"""Automation rules: what there is to choose from for when, if and then. See docs/adr/0018."""

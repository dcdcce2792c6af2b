"""Measures the house against its budgets: `python -m bench` (spec/platform.md, Numbers)."""

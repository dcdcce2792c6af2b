"""Events for receivers outside, signed after the Standard Webhooks specification (docs/adr/0017)."""

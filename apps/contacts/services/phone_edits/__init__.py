"""What was changed on a phone, brought into the contact as it is now (ADR 0028).

applying   the whole of it: one operation, the clashes given back
details    e-mails, numbers, links and addresses: both people's are kept
beside     jobs, categories and what we have no field for
"""

from apps.contacts.services.phone_edits.applying import Clash, apply_differences, facts_now

__all__ = ["Clash", "apply_differences", "facts_now"]

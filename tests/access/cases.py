"""All cases of the matrix: those of the house, of mail and of synchronisation, each in a room of their own."""

from tests.access import house_cases, mail_cases, sync_cases
from tests.access.matrix import API_ROLES, CASES, IN, ROLES, Case, Outcome

__all__ = ["API_ROLES", "CASES", "IN", "ROLES", "Case", "Outcome", "house_cases", "mail_cases", "sync_cases"]
from tests.access import crm_orders_cases, house_cases, mail_cases
from tests.access.matrix import API_ROLES, CASES, IN, ROLES, Case, Outcome

__all__ = ["API_ROLES", "CASES", "IN", "ROLES", "Case", "Outcome", "crm_orders_cases", "house_cases", "mail_cases"]

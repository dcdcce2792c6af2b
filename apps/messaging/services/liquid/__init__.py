"""Liquid as mail templates use it: few tags and filters, no attribute, method or file, bounded work."""

from apps.messaging.services.liquid.engine import Gaps, fill, names
from apps.messaging.services.liquid.problems import GAP_BEGINS, GAP_ENDS, TemplateProblem

__all__ = ["GAP_BEGINS", "GAP_ENDS", "Gaps", "TemplateProblem", "fill", "names"]

"""PDFs out of Typst templates: `render("apps/…/day.typ", data)`, in a process of its own (SPIKES: memory grows)."""

from apps.core.documents.rendering import DocumentFailed, render

__all__ = ["DocumentFailed", "render"]

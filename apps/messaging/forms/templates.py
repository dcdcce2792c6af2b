"""What is typed about mail templates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.choosing import offer
from apps.core.contributions import documents
from apps.messaging.models import MailTemplate
from apps.messaging.services.liquid.scanning import LONGEST_SOURCE
from apps.messaging.services.template_contexts import template_contexts
from apps.messaging.services.templates import TemplateInput


class TemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    category = forms.ChoiceField(label=_("Category"), choices=MailTemplate.Category.choices)
    context_type = forms.ChoiceField(label=_("Filled from"), required=False)
    document = forms.ChoiceField(label=_("Goes with the document"), required=False)
    is_house = forms.BooleanField(label=_("For everybody in the house"), required=False)

    def __init__(self, *args: object, may_be_house: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        offer(self, "context_type", [(key, context.title) for key, context in template_contexts.items()])
        offer(self, "document", [("", _("None")), *((key, each.title) for key, each in documents.items())])
        if not may_be_house:
            del self.fields["is_house"]

    def wanted(self) -> TemplateInput:
        known = self.cleaned_data
        return TemplateInput(
            name=known["name"],
            category=known["category"],
            context_type=known["context_type"],
            document=known["document"],
        )


class WordsForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**6)
    subject = forms.CharField(
        label=_("Subject"), max_length=1000, widget=forms.TextInput(attrs={"data-words": True, "autocomplete": "off"})
    )
    body = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=4 * LONGEST_SOURCE,
        widget=forms.Textarea(attrs={"rows": 16, "data-words": True, "spellcheck": "true"}),
    )

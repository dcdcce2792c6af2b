"""Sources in Django's administration: the same form as on their pages, the same services behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.sync.forms.sources import SourceForm
from apps.sync.models import Source
from apps.sync.services import sources as services
from apps.sync.services.tokens import grant_token

if TYPE_CHECKING:
    AnyAdmin = admin.ModelAdmin[Any]
else:  # the class takes no parameters when the program runs
    AnyAdmin = admin.ModelAdmin


class SourceAdminForm(SourceForm):
    """The page's form in the shape that the administration asks of its forms."""

    _meta = type("Options", (), {"model": Source, "fields": None, "exclude": None, "labels": None, "help_texts": None})

    def __init__(self, *args: Any, instance: Source | None = None, **kwargs: Any) -> None:
        self.instance = instance or Source()
        kwargs.pop("initial", None)
        super().__init__(*args, source=instance if instance and instance.pk else None, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            renamed = {"rejection_share": "rejection_percent"}
            for name, words in services.problems_of(self.to_input()).items():
                self.add_error(renamed.get(name, name), words)
            if not self.instance.pk and Source.objects.filter(code=data["code"]).exists():
                self.add_error("code", translated("There is a source with this code."))
        return data

    def save(self, commit: bool = True) -> Source:
        return self.instance

    def save_m2m(self) -> None:
        """Nothing of it lies in other tables."""


@admin.register(Source)
class SourceAdmin(AnyAdmin):
    list_display = ["code", "title", "plant", "kind", "state"]
    list_select_related = ["plant"]
    ordering = ["code"]
    actions = ["make_token"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return SourceAdminForm

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": list(SourceAdminForm.base_fields)})]

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        data = form.to_input()  # type: ignore[attr-defined]  # SourceAdminForm's
        actor, now = request.user, clock.now()
        if change:
            kept = services.change_source(actor=actor, source=obj, data=data, now=now)  # type: ignore[arg-type]
        else:
            kept = services.create_source(actor=actor, data=data, now=now)  # type: ignore[arg-type]  # staff
        obj.__dict__.update(kept.__dict__)

    @admin.action(description=_("Make a token, shown once"))
    def make_token(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for source in queryset:
            _token, raw = grant_token(actor=request.user, source=source, now=clock.now())  # type: ignore[arg-type]
            text = translated("Token of %(source)s, shown this once: %(token)s")
            messages.success(request, text % {"source": source.code, "token": raw})

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # what it sent is kept under it

"""What is to be set on the chosen contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User as UserModel
from apps.accounts.selectors import staff_users
from apps.contacts.models import Category, Folder
from apps.contacts.models.rights import rights_of
from apps.contacts.services.bulk import BulkAction
from apps.core.choosing import offer_rows

if TYPE_CHECKING:
    from apps.accounts.models import User


class FolderForm(forms.Form):
    folder = forms.ModelChoiceField(label=_("Move to"), queryset=Folder.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(
            self, "folder", Folder.objects.filter(pk__in=rights_of(user).edit).order_by("position", "name", "pk")
        )

    def action(self) -> BulkAction:
        return BulkAction("move", self.cleaned_data["folder"].pk)


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(label=_("Give to"), queryset=UserModel.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "owner", staff_users())

    def action(self) -> BulkAction:
        return BulkAction("give", self.cleaned_data["owner"].pk)


class CategoryForm(forms.Form):
    way = forms.ChoiceField(
        label=_("What to do"),
        choices=[("add_category", _("Add a category")), ("remove_category", _("Take a category away"))],
        widget=forms.RadioSelect,
        initial="add_category",
    )
    category = forms.ModelChoiceField(label=_("Category"), queryset=Category.objects.none())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(
            self, "category", Category.objects.exclude(pk__in=rights_of(user).hidden_categories).order_by("name", "pk")
        )

    def action(self) -> BulkAction:
        return BulkAction(self.cleaned_data["way"], self.cleaned_data["category"].pk)


class TrashForm(forms.Form):
    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def action(self) -> BulkAction:
        return BulkAction("trash")


FORMS: dict[str, type[FolderForm] | type[OwnerForm] | type[CategoryForm] | type[TrashForm]] = {
    "folder": FolderForm,
    "owner": OwnerForm,
    "category": CategoryForm,
    "trash": TrashForm,
}
TITLES = {
    "folder": _("Move to folder"),
    "owner": _("Give to somebody"),
    "category": _("Categories"),
    "trash": _("Move to trash"),
}

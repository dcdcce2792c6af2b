"""Folders: name, place in the tree, columns; and who may do what in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import Group
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from apps.accounts.forms import role_title
from apps.contacts.forms.settings_choices import tree_choices
from apps.contacts.models import Folder, FolderPermission
from apps.contacts.permissions import can_manage_folder
from apps.contacts.selectors.folders import flat, folder_tree
from apps.contacts.services.folders import Grant
from apps.core.choosing import offer

if TYPE_CHECKING:
    from apps.accounts.models import User

RIGHTS = ("view", "edit", "export")
KINDS: list[tuple[str, Any]] = [
    (Folder.Kind.PUBLIC, _("Public: all colleagues see, edit and export what lies in it")),
    (Folder.Kind.RESTRICTED, _("Restricted: only the groups chosen under Rights")),
    (Folder.Kind.PERSONAL, _("Personal: nobody but me sees it")),
]


class FolderForm(forms.Form):
    """A folder's name and place; `columns` are those that a list can show, as pairs of key and title."""

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autofocus": True}))
    kind = forms.ChoiceField(label=_("Who sees it"), choices=KINDS, widget=forms.RadioSelect)
    parent = forms.ChoiceField(label=_("Lies in"), required=False)
    list_columns = forms.MultipleChoiceField(label=_("Columns of its list"), required=False)

    def __init__(
        self,
        *args: Any,
        user: User,
        folder: Folder | None = None,
        kinds: Sequence[str] = (),
        columns: Sequence[tuple[str, Any]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = [row for row in flat(folder_tree(user)) if can_manage_folder(user, row.item)]
        if folder is None:
            offer(self, "kind", [pair for pair in KINDS if pair[0] in kinds])
            if len(kinds) == 1:
                self.fields["kind"].widget = forms.HiddenInput()
        else:  # its kind is a matter of rights
            del self.fields["kind"]
            personal = folder.kind == Folder.Kind.PERSONAL
            rows = [row for row in rows if (row.item.kind == Folder.Kind.PERSONAL) == personal]
        self._parents = {str(row.item.pk): row.item for row in rows if folder is None or row.item.pk != folder.pk}
        shown = [row for row in rows if str(row.item.pk) in self._parents]
        offer(self, "parent", tree_choices(shown, _("at the top")))
        offer(self, "list_columns", columns)
        if not columns:
            del self.fields["list_columns"]

    def clean_parent(self) -> Folder | None:
        return self._parents.get(self.cleaned_data["parent"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        parent: Folder | None = cleaned.get("parent")
        if cleaned.get("kind") == Folder.Kind.PERSONAL and parent is not None and parent.kind != Folder.Kind.PERSONAL:
            self.add_error("parent", _("What is personal stays apart from what is shared."))
        return cleaned

    @property
    def column_rows(self) -> list[tuple[str, Any, bool]]:
        """Key, title and whether it is chosen: the chosen ones first, in their order."""
        if "list_columns" not in self.fields:
            return []
        titles = dict(self.fields["list_columns"].choices)  # type: ignore[attr-defined]  # a ChoiceField
        chosen = [key for key in self["list_columns"].value() or [] if key in titles]
        return [(key, titles[key], True) for key in chosen] + [
            (key, title, False) for key, title in titles.items() if key not in chosen
        ]


class FolderRightsForm(forms.Form):
    """Who may see, edit and export what lies in a folder: everybody, or access groups one by one."""

    inherits = forms.BooleanField(label=_("The same rights as in the folder above"), required=False)
    kind = forms.ChoiceField(
        label=_("Otherwise"),
        choices=[
            (Folder.Kind.PUBLIC, _("Public: all colleagues see, edit and export")),
            (Folder.Kind.RESTRICTED, _("Restricted: administrators and the groups ticked below")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(
        self,
        *args: Any,
        folder: Folder,
        groups: Iterable[Group],
        permissions: Iterable[FolderPermission],
        **kwargs: Any,
    ) -> None:
        given = {each.group_id: each for each in permissions}
        super().__init__(*args, **kwargs)
        self.initial.update(inherits=not folder.own_rights, kind=folder.kind)
        self.groups = list(groups)
        if folder.parent_id is None:
            del self.fields["inherits"]
            self.fields["kind"].label = _("Who sees it")
        words = {"view": _("See"), "edit": _("Edit"), "export": _("Export")}
        for group in self.groups:
            for right in RIGHTS:
                self.fields[f"{right}-{group.pk}"] = forms.BooleanField(
                    required=False,
                    label=f"{role_title(group.name)}: {words[right]}",
                    initial=getattr(given.get(group.pk), f"can_{right}", False),
                )

    @property
    def matrix(self) -> list[tuple[Any, list[BoundField]]]:
        """Each group's title with its three boxes."""
        return [(role_title(group.name), [self[f"{right}-{group.pk}"] for right in RIGHTS]) for group in self.groups]

    @property
    def plain_fields(self) -> list[BoundField]:
        return [self[name] for name in ("inherits", "kind") if name in self.fields]

    def grants(self) -> Mapping[Group, Grant]:
        """What was ticked; editing and exporting bring seeing with them."""
        rows = {
            group: Grant(**{right: self.cleaned_data[f"{right}-{group.pk}"] for right in RIGHTS})
            for group in self.groups
        }
        return {group: grant for group, grant in rows.items() if grant.view or grant.edit or grant.export}

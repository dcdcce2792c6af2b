"""What a person chooses before an import or an export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from apps.accounts.permissions import can_change_settings
from apps.contacts.models import Folder, Import
from apps.contacts.models.rights import rights_of
from apps.contacts.services.exports import EXPORT_FORMATS
from apps.core.choosing import offer, offer_rows

if TYPE_CHECKING:
    from apps.accounts.models import User

ENCODINGS = (
    "utf-8", "utf-16", "cp1251", "cp1252", "cp1250", "koi8_r", "cp866", "iso8859_15", "cp1253", "cp1254", "cp1255",
    "cp1256", "cp932", "euc_jp", "gb18030", "big5", "cp949",
)  # fmt: skip
DELIMITERS = {",": _("Comma"), ";": _("Semicolon"), "\t": _("Tab"), "|": _("Bar")}


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, at least one."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = data if isinstance(data, list | tuple) else [data]
        if not any(files):
            raise forms.ValidationError(self.error_messages["required"])
        return [super(FilesField, self).clean(each, initial) for each in files]


class UploadForm(forms.Form):
    upload = FilesField(
        label=_("Files with contacts"),
        help_text=_("vCard, CSV, LDIF or SQL, or a zip of them."),
        error_messages={"empty": _("This file is empty."), "required": _("Choose at least one file.")},
        widget=_Files(attrs={"accept": ".vcf,.vcard,.csv,.tsv,.txt,.ldif,.sql,.zip"}),
    )


class ChoicesForm(forms.Form):
    """Where the contacts go and what becomes of those already here."""

    folder = forms.ModelChoiceField(
        Folder.objects.none(), required=False, label=_("Folder"), empty_label=_("As the file says, else Everyone")
    )
    duplicates = forms.ChoiceField(
        label=_("Contacts that are already here"),
        choices=[
            ("skip", _("Leave as they are")),
            ("update", _("Fill in what they lack")),
            ("create", _("Add them once more")),
            ("ask", _("Ask me, one by one")),
        ],
        initial=Import.Duplicates.SKIP,
    )
    overwrite = forms.BooleanField(
        required=False,
        label=_("Also replace what differs"),
        help_text=_("Only where contacts already here are filled in."),
    )
    region = forms.ChoiceField(
        required=False,
        label=_("Phone numbers without a country are from"),
        choices=lambda: [("", _("Where the address is")), *countries],
    )
    make_users = forms.BooleanField(
        required=False,
        label=_("Make a user of each person with an e-mail address"),
        help_text=_("They get an invitation and see only the portal."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "folder", Folder.objects.filter(pk__in=rights_of(user).edit).order_by("position", "name"))
        if not can_change_settings(user):
            del self.fields["make_users"]


def chosen_files(posted: Any, known: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What was picked for each file: encoding, delimiter, table and the target of each column.

    The fields are numbered as the preview shows them: `file-0-encoding`, `file-0-title-3` with `file-0-column-3`.
    """
    found: dict[str, dict[str, Any]] = {}
    for number, each in enumerate(known):
        prefix = f"file-{number}-"
        if f"{prefix}shown" not in posted:
            continue
        encoding, delimiter = posted.get(f"{prefix}encoding", ""), posted.get(f"{prefix}delimiter", "")
        table = posted.get(f"{prefix}table", "")[:200]
        chosen: dict[str, Any] = {
            "encoding": encoding if encoding in ENCODINGS else "",
            "delimiter": delimiter if delimiter in DELIMITERS else "",
            "table": table,
        }
        # Other ways of reading give other columns: then the old columns' targets say nothing.
        is_same = all(posted.get(f"{prefix}was_{name}", "") == chosen[name] for name in chosen)
        mapping = {}
        for key in posted:
            if is_same and key.startswith(f"{prefix}title-"):
                target = posted.get(f"{prefix}column-{key.rpartition('-')[2]}", "")
                mapping[posted[key]] = target
        found[each["name"]] = {**chosen, "mapping": mapping}
    return found


class ExportForm(forms.Form):
    format = forms.ChoiceField(
        label=_("Format"),
        widget=forms.RadioSelect,
        choices=[(each.key, each.title) for each in EXPORT_FORMATS],
        initial="vcard",
    )
    scope = forms.ChoiceField(label=_("Which contacts"))
    folder = forms.ModelChoiceField(Folder.objects.none(), required=False, label=_("Folder"))

    def __init__(self, *args: Any, user: User, scopes: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "scope", scopes)
        offer_rows(self, "folder", Folder.objects.filter(pk__in=rights_of(user).export).order_by("position", "name"))
        if len(scopes) == 1:
            self.fields["scope"].widget = forms.HiddenInput()
            self.fields["scope"].initial = scopes[0][0]
        if "folder" not in dict(scopes):
            del self.fields["folder"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("scope") == "folder" and not cleaned.get("folder"):
            self.add_error("folder", _("Choose a folder."))
        return cleaned

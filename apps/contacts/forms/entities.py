"""The form of a new contact, and the sections of an existing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.contacts.forms.conflicts import SeenFields
from apps.contacts.forms.custom import add_custom_fields, custom_values
from apps.contacts.forms.places import UnitFields
from apps.contacts.forms.rows import web_address
from apps.contacts.models import Category, Entity, Folder
from apps.contacts.models.rights import rights_of
from apps.contacts.services.derive import read_partial_date
from apps.contacts.services.inputs import EntityInput, JobInput, UnitInput
from apps.core.choosing import offer_rows

if TYPE_CHECKING:
    from apps.accounts.models import User

PERSON_NAMES = ("prefix", "first_name", "middle_name", "last_name", "suffix", "nickname")
ORGANISATION_NAMES = ("name", "legal_name")
PERSON_ABOUT = ("birthday", "anniversary", "language", "time_zone", "public_key")
ORGANISATION_ABOUT = (
    "organisation_type",
    "industry",
    "registration_number",
    "vat_number",
    "anniversary",
    "language",
    "time_zone",
)

LABELS = {
    "prefix": _("Prefix"),
    "first_name": _("First name"),
    "middle_name": _("Middle name"),
    "last_name": _("Last name"),
    "suffix": _("Suffix"),
    "nickname": _("Nickname"),
    "name": _("Name"),
    "legal_name": _("Legal name"),
    "birthday": _("Birthday"),
    "anniversary": _("Anniversary"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "public_key": _("Public key"),
    "organisation_type": _("Type"),
    "industry": _("Industry"),
    "registration_number": _("Registration number"),
    "vat_number": _("VAT number"),
    "notes": _("Notes"),
}


def _model_field(name: str) -> forms.Field:
    field = Entity._meta.get_field(name).formfield(label=LABELS[name], required=False)  # type: ignore[union-attr]  # concrete fields have one
    assert field is not None  # noqa: S101  each of LABELS has a form field
    return field


class _PartialDates(forms.Form):
    """Birthdays that may lack their year: 12.04.1985, 1985-04-12, 12 April, --04-12."""

    def _day(self, name: str) -> str:
        typed = str(self.cleaned_data.get(name) or "").strip()
        if not typed:
            return ""
        try:
            return read_partial_date(typed)
        except ValueError as error:
            text = _("This is no day we know: write 1985-04-12, 12.04.1985 or --04-12.")
            raise forms.ValidationError(text) from error

    def clean_birthday(self) -> str:
        return self._day("birthday")

    def clean_anniversary(self) -> str:
        return self._day("anniversary")


class VersionedForm(SeenFields, _PartialDates):
    """One section of the contact page."""


def section_form(
    section: str, *, entity: Entity, user: User, data: Any = None, initial: dict[str, Any] | None = None
) -> VersionedForm:
    """The form of one section of the contact page: name, about, notes, filing or custom."""
    form = VersionedForm(data, initial={"version": entity.version, **(initial or {})}, prefix=None)
    if section == "name":
        names = PERSON_NAMES if entity.is_person else ORGANISATION_NAMES
        _add_model_fields(form, entity, names)
        form.fields["first_name" if entity.is_person else "name"].widget.attrs["autofocus"] = True
    elif section == "about":
        _add_model_fields(form, entity, PERSON_ABOUT if entity.is_person else ORGANISATION_ABOUT)
    elif section == "notes":
        _add_model_fields(form, entity, ("notes",))
        form.fields["notes"].widget = forms.Textarea(attrs={"rows": 6, "autofocus": True})
    elif section == "filing":
        _add_filing(form, entity, user)
    elif section == "custom":
        add_custom_fields(form, target=entity.kind, entity=entity, user=user)
    else:
        raise KeyError(section)
    return form


SECTIONS = ("name", "about", "notes", "filing", "custom")


def _add_model_fields(form: forms.Form, entity: Entity, names: tuple[str, ...]) -> None:
    for name in names:
        form.fields[name] = _model_field(name)
        form.initial.setdefault(name, getattr(entity, name))


def _add_filing(form: forms.Form, entity: Entity, user: User) -> None:
    form.fields["folder"] = forms.ModelChoiceField(
        label=_("Folder"),
        queryset=Folder.objects.filter(pk__in=rights_of(user).edit).order_by("position", "name", "pk"),
    )
    form.fields["categories"] = forms.ModelMultipleChoiceField(
        label=_("Categories"),
        required=False,
        queryset=Category.objects.exclude(pk__in=rights_of(user).hidden_categories).order_by("name", "pk"),
        widget=forms.CheckboxSelectMultiple,
    )
    form.initial.setdefault("folder", entity.folder_id)
    borne = list(entity.categories.order_by("pk").values_list("pk", flat=True))
    form.initial.setdefault("categories", borne)
    form.fields["borne"] = forms.CharField(required=False, widget=forms.HiddenInput)
    form.initial.setdefault("borne", " ".join(map(str, borne)))


class NewEntityForm(_PartialDates):
    """One form for all of a new contact; a name is all that it needs."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("person", _("Person")), ("organisation", _("Organisation"))],
        widget=forms.RadioSelect,
        initial="person",
    )
    prefix = forms.CharField(  # type: ignore[assignment]  # Django takes fields off the class
        label=_("Prefix"), required=False, max_length=60
    )
    first_name = forms.CharField(label=_("First name"), required=False, max_length=200)
    middle_name = forms.CharField(label=_("Middle name"), required=False, max_length=200)
    last_name = forms.CharField(label=_("Last name"), required=False, max_length=200)
    suffix = forms.CharField(label=_("Suffix"), required=False, max_length=60)
    name = forms.CharField(label=_("Name of the organisation"), required=False, max_length=400)
    company = forms.CharField(label=_("Company"), required=False, max_length=400)
    job_title = forms.CharField(label=_("Job title"), required=False, max_length=400)
    department = forms.CharField(label=_("Department"), required=False, max_length=400)
    birthday = forms.CharField(label=_("Birthday"), required=False, max_length=30)
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    folder = forms.ModelChoiceField(label=_("Folder"), queryset=Folder.objects.none())
    categories = forms.ModelMultipleChoiceField(
        label=_("Categories"), required=False, queryset=Category.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    make_user = forms.BooleanField(label=_("May sign in to Rapport"), required=False)

    def __init__(self, *args: Any, user: User, may_make_users: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rights = rights_of(user)
        folders = Folder.objects.filter(pk__in=rights.edit).order_by("position", "name", "pk")
        offer_rows(self, "folder", folders)
        self.fields["folder"].initial = next((folder.pk for folder in folders if folder.is_default), None)
        offer_rows(self, "categories", Category.objects.exclude(pk__in=rights.hidden_categories).order_by("name", "pk"))
        if not may_make_users:
            del self.fields["make_user"]
        self.unit = UnitFields(*args, prefix="unit", initial={"kind": "work"})
        kind = self.data.get("kind") or self.initial.get("kind") or "person"
        add_custom_fields(self, target="organisation" if kind == "organisation" else "person", entity=None, user=user)

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.unit.is_valid()])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        person = cleaned.get("kind") != "organisation"
        if person and not (cleaned.get("first_name") or cleaned.get("last_name")):
            self.add_error("first_name", _("Write a first or a last name."))
        if not person and not cleaned.get("name"):
            self.add_error("name", _("Write the organisation's name."))
        return cleaned

    def entity_input(self, **rows: Any) -> EntityInput:
        """All that was typed, as the service takes it; `rows` are the phone, mail and link inputs."""
        typed = self.cleaned_data
        person = typed["kind"] == "person"
        given = EntityInput(
            kind=typed["kind"],
            birthday=typed["birthday"],
            notes=typed["notes"],
            folder_id=typed["folder"].pk,
            category_ids=[category.pk for category in typed["categories"]],
            attributes=custom_values(self),
            units=[UnitInput(is_primary=True, **self.unit.address(), **rows)],
        )
        if person:
            for name in ("prefix", "first_name", "middle_name", "last_name", "suffix"):
                setattr(given, name, typed[name])
            if typed["company"]:
                given.jobs = [
                    JobInput(
                        organisation_name=typed["company"], title=typed["job_title"], department=typed["department"]
                    )
                ]
        else:
            given.name = typed["name"]
        return given


def initial_from_address(url: str) -> dict[str, Any]:
    """Fill a new contact from a web address that a bookmarklet handed over: its host names an organisation."""
    try:
        address = web_address(url)
        host = urlsplit(address).hostname or ""
    except (forms.ValidationError, ValueError):
        return {}
    labels = [label for label in host.split(".") if label not in {"www", ""}]
    name = labels[0].replace("-", " ").title() if labels else ""
    return {"kind": "organisation", "name": name, "links": [{"url": address, "kind": "web"}]}

"""Folders and categories: where an entity lies, what it bears, and who may see that."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

# Of the rows that a migration makes, for the catalogues.
_BUILT_IN = [gettext_noop("Everyone"), gettext_noop("Colleagues")]


class Folder(models.Model):
    """Every entity lies in exactly one folder; a folder without `own_rights` has those of its parent."""

    class Kind(models.TextChoices):
        PUBLIC = "public"  # all staff view, edit and export
        PERSONAL = "personal"  # its owner alone
        RESTRICTED = "restricted"  # by access group

    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.PUBLIC)
    own_rights = models.BooleanField(default=True)  # False: kind and permissions of the parent apply
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_default = models.BooleanField(default=False)  # "Everyone"
    is_colleagues = models.BooleanField(default=False)  # where the persons behind users lie
    list_columns = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "owner", "name"], name="folder_name_once_per_parent", nulls_distinct=False
            ),
            models.UniqueConstraint(fields=["is_default"], name="folder_one_default", condition=Q(is_default=True)),
            models.UniqueConstraint(
                fields=["is_colleagues"], name="folder_one_colleagues", condition=Q(is_colleagues=True)
            ),
            models.CheckConstraint(
                name="folder_personal_has_owner", condition=~Q(kind="personal") | Q(owner__isnull=False)
            ),
            models.CheckConstraint(
                name="folder_root_has_own_rights", condition=Q(parent__isnull=False) | Q(own_rights=True)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name; of the folders that every house has in the reader's language."""
        return gettext(self.name) if self.is_default or self.is_colleagues else self.name


class FolderPermission(models.Model):
    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="permissions")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    can_view = models.BooleanField(default=True)
    can_edit = models.BooleanField(default=False)
    can_export = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["folder", "group"], name="folder_permission_once_per_group"),
            models.CheckConstraint(
                name="folder_permission_needs_view",
                condition=Q(can_view=True) | (Q(can_edit=False) & Q(can_export=False)),
            ),
        ]


class Category(models.Model):
    """A label in a tree; a restricted one hides its entities from everybody outside its access groups."""

    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    colour = models.CharField(max_length=20, blank=True)
    is_restricted = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"], name="category_name_once_per_parent", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class CategoryPermission(models.Model):
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="permissions")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["category", "group"], name="category_permission_once_per_group")]

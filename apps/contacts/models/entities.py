"""The entity: a person or an organisation, the aggregate that everything below it belongs to."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import MD5

from apps.contacts.models.folders import Category, Folder
from apps.contacts.models.rights import rights_of
from apps.core.models import File

if TYPE_CHECKING:
    from apps.accounts.models import User


class Fold(Func):
    """Lower case without accents, by the immutable database function of migration 0001; for sort keys."""

    function = "rapport_fold"
    output_field = models.TextField()


class EntityQuerySet(models.QuerySet["Entity"]):
    def live(self) -> EntityQuerySet:
        """Neither in the trash nor merged into another one."""
        return self.filter(trashed_at__isnull=True, merged_into__isnull=True)

    def trashed(self) -> EntityQuerySet:
        return self.filter(trashed_at__isnull=False, merged_into__isnull=True)

    def _in_scope(self, user: User, right: str) -> EntityQuerySet:
        rights = rights_of(user)
        scoped = self.filter(folder_id__in=getattr(rights, right))
        if rights.hidden_categories:
            hidden = EntityCategory.objects.filter(entity=models.OuterRef("pk"), category__in=rights.hidden_categories)
            scoped = scoped.filter(Q(is_restricted=False) | ~models.Exists(hidden))
        return scoped

    def visible_to(self, user: User) -> EntityQuerySet:
        return self._in_scope(user, "view")

    def editable_by(self, user: User) -> EntityQuerySet:
        return self._in_scope(user, "edit")

    def exportable_by(self, user: User) -> EntityQuerySet:
        return self._in_scope(user, "export")

    def people(self) -> EntityQuerySet:
        return self.filter(kind=Entity.Kind.PERSON)

    def organisations(self) -> EntityQuerySet:
        return self.filter(kind=Entity.Kind.ORGANISATION)


_LIVE = Q(trashed_at__isnull=True, merged_into__isnull=True)
_SCOPE = ["folder", "kind", "is_restricted"]  # what a list's rights ask for, so that paging stays index-only


class Entity(models.Model):
    class Kind(models.TextChoices):
        PERSON = "person"
        ORGANISATION = "organisation"

    kind = models.CharField(max_length=12, choices=Kind)
    # A person's names.
    prefix = models.CharField(max_length=60, blank=True)
    first_name = models.CharField(max_length=200, blank=True)
    middle_name = models.CharField(max_length=200, blank=True)
    last_name = models.CharField(max_length=200, blank=True)
    suffix = models.CharField(max_length=60, blank=True)
    nickname = models.CharField(max_length=200, blank=True)
    # An organisation's.
    name = models.CharField(max_length=400, blank=True)
    legal_name = models.CharField(max_length=400, blank=True)
    registration_number = models.CharField(max_length=60, blank=True)
    vat_number = models.CharField(max_length=60, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    organisation_type = models.CharField(max_length=120, blank=True)

    display_name = models.CharField(max_length=800)
    sort_name = models.CharField(max_length=800)  # folded in Python, see core.text.sort_key
    name_key = models.CharField(max_length=800)  # folded, for "same name" in imports and duplicates
    search_text = models.TextField(blank=True)  # folded and transliterated words, to compare whole names

    language = models.CharField(max_length=35, blank=True)
    time_zone = models.CharField(max_length=60, blank=True)
    birthday = models.CharField(max_length=10, blank=True)  # 1985-04-12, --04-12, 1985-04 or 1985
    anniversary = models.CharField(max_length=10, blank=True)
    photo = models.ForeignKey(File, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    photo_url = models.CharField(max_length=2000, blank=True)  # where a linked photo lies; never fetched by itself
    public_key = models.TextField(blank=True)
    notes = models.TextField(blank=True)
    attributes = models.JSONField(default=dict, blank=True)  # custom fields by key

    folder = models.ForeignKey(Folder, on_delete=models.PROTECT, related_name="entities", db_index=False)
    is_restricted = models.BooleanField(default=False)  # bears a restricted category
    categories: models.ManyToManyField[Category, EntityCategory] = models.ManyToManyField(
        Category, through="EntityCategory", related_name="entities"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="entity"
    )
    uid = models.UUIDField(unique=True, default=uuid.uuid4)
    source = models.CharField(max_length=40, blank=True)  # "form", "import", "mail", "api"
    version = models.IntegerField(default=1)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    modified_at = models.DateTimeField()
    modified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )

    # Copies for lists, kept by services from the primary unit and the primary, current job.
    primary_email = models.CharField(max_length=320, blank=True)
    primary_phone = models.CharField(max_length=60, blank=True)  # E.164 where known, else as typed
    city = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2, blank=True)
    organisation = models.CharField(max_length=800, blank=True)
    organisation_entity = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    job_title = models.CharField(max_length=400, blank=True)
    # Their sort keys.
    email_key = models.GeneratedField(
        expression=Fold("primary_email"), output_field=models.TextField(), db_persist=True
    )
    city_key = models.GeneratedField(expression=Fold("city"), output_field=models.TextField(), db_persist=True)
    organisation_key = models.GeneratedField(
        expression=Fold("organisation"), output_field=models.TextField(), db_persist=True
    )
    job_title_key = models.GeneratedField(
        expression=Fold("job_title"), output_field=models.TextField(), db_persist=True
    )

    objects = EntityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["sort_name", "id"], name="entity_sort_name", condition=_LIVE, include=_SCOPE),
            models.Index(
                fields=["organisation_key", "id"], name="entity_organisation", condition=_LIVE, include=_SCOPE
            ),
            models.Index(fields=["city_key", "id"], name="entity_city", condition=_LIVE, include=_SCOPE),
            models.Index(fields=["email_key", "id"], name="entity_email", condition=_LIVE, include=_SCOPE),
            models.Index(fields=["job_title_key", "id"], name="entity_job_title", condition=_LIVE, include=_SCOPE),
            models.Index(fields=["primary_phone", "id"], name="entity_phone", condition=_LIVE, include=_SCOPE),
            models.Index(fields=["country", "id"], name="entity_country", condition=_LIVE, include=_SCOPE),
            models.Index(fields=["created_at", "id"], name="entity_created", condition=_LIVE, include=_SCOPE),
            models.Index(fields=["modified_at", "id"], name="entity_modified", condition=_LIVE, include=_SCOPE),
            models.Index(
                fields=["folder", "sort_name", "id"],
                name="entity_folder",
                condition=_LIVE,
                include=["kind", "is_restricted"],
            ),
            # "Same name" and, of a common one, "same employer" in imports.
            models.Index(fields=["name_key", "organisation_entity"], name="entity_name_employer", condition=_LIVE),
            models.Index(fields=["trashed_at", "id"], name="entity_trash", condition=Q(trashed_at__isnull=False)),
            # Most contacts have none of these: they need no entry.
            models.Index(fields=["owner"], name="entity_with_owner", condition=Q(owner__isnull=False)),
            models.Index(fields=["photo"], name="entity_with_photo", condition=Q(photo__isnull=False)),
            models.Index(fields=["merged_into"], name="entity_merged", condition=Q(merged_into__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="entity_not_merged_into_itself", condition=~Q(merged_into=F("pk"))),
            models.CheckConstraint(name="entity_has_a_display_name", condition=~Q(display_name=Value(""))),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_person(self) -> bool:
        return self.kind == Entity.Kind.PERSON

    @property
    def is_organisation(self) -> bool:
        return self.kind == Entity.Kind.ORGANISATION


class EntityCategory(models.Model):
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_index=False)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "category"], name="entity_category_once")]
        indexes = [models.Index(fields=["category", "entity"], name="entity_category_reverse")]


class ExternalUid(models.Model):
    """A UID that a file or another system gave this entity: any text, not unique."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="external_uids")
    folder = models.ForeignKey(Folder, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    source = models.CharField(max_length=60, blank=True)
    uid = models.TextField()
    href = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(MD5("uid"), name="external_uid_digest"),  # a UID may outgrow a B-tree
            models.Index(fields=["folder", "href"], name="external_uid_href", condition=~Q(href="")),
        ]


class RawProperty(models.Model):
    """What a format carries and we don't model: kept, shown under "more", exported again."""

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="raw_properties")
    name = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    value = models.TextField()
    group = models.CharField(max_length=60, blank=True)
    position = models.PositiveIntegerField(default=0)


class SearchToken(models.Model):
    """A folded, transliterated word of an entity, for prefixes; made by services from names and addresses.

    `folder_id` is a copy, so that a search under folder rights is a few index ranges: the best rank first, then
    alphabetically.
    """

    pk = models.CompositePrimaryKey("entity_id", "token")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    folder = models.ForeignKey(
        Folder, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    token = models.CharField(max_length=60, db_collation="C")
    rank = models.PositiveSmallIntegerField(default=5)  # 1: begins the name ... 9: found in an address

    class Meta:
        indexes = [
            models.Index(fields=["folder", "rank", "token", "entity"], name="search_token_prefix"),
        ]


class SearchWord(models.Model):
    """Each word of names and firms once: what a mistyped word may have meant. A trigger adds them; none leaves."""

    word = models.CharField(max_length=60, primary_key=True, db_collation="C")


class Favourite(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "entity"], name="favourite_once")]


class Recent(models.Model):
    """What a user looked at last, for the search box before typing."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "entity"], name="recent_once")]
        indexes = [models.Index(fields=["user", "-seen_at"], name="recent_by_user")]

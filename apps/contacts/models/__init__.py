"""People, organisations and what ties them; the names of tables and fields are binding for the whole house."""

from apps.contacts.models.attachments import Attachment
from apps.contacts.models.clipboard import Clipped
from apps.contacts.models.duplicates import DuplicateCheck, DuplicateKey, DuplicatePair, DuplicateProfile
from apps.contacts.models.entities import (
    Entity,
    EntityCategory,
    ExternalUid,
    Favourite,
    RawProperty,
    Recent,
    SearchToken,
    SearchWord,
)
from apps.contacts.models.fields import EntityReference, FieldChoice, FieldDefinition
from apps.contacts.models.folders import Category, CategoryPermission, Folder, FolderPermission
from apps.contacts.models.imports import Import, ImportRejection, ImportReview
from apps.contacts.models.relationships import Participant, Relationship, RelationshipType
from apps.contacts.models.units import EmailAddress, Link, PhoneNumber, Unit

__all__ = [
    "Attachment",
    "Category",
    "CategoryPermission",
    "Clipped",
    "DuplicateCheck",
    "DuplicateKey",
    "DuplicatePair",
    "DuplicateProfile",
    "EmailAddress",
    "Entity",
    "EntityCategory",
    "EntityReference",
    "ExternalUid",
    "Favourite",
    "FieldChoice",
    "FieldDefinition",
    "Folder",
    "FolderPermission",
    "Import",
    "ImportRejection",
    "ImportReview",
    "Link",
    "Participant",
    "PhoneNumber",
    "RawProperty",
    "Recent",
    "Relationship",
    "RelationshipType",
    "SearchToken",
    "SearchWord",
    "Unit",
]

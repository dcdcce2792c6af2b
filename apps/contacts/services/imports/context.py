"""What one run of an import knows: who brings what where, and what it has learnt on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from apps.accounts.preferences import country_of, preferences_of
from apps.contacts.models import Folder, Import, RelationshipType
from apps.contacts.models.rights import Rights, rights_of
from apps.core.models import Operation

if TYPE_CHECKING:
    from apps.accounts.models import User

IMPLIED = "implied"  # the source of an organisation that is here only because somebody works for it
SOURCE = "import"


@dataclass(slots=True)
class Counts:
    """Records of the file; `organisations` were made on the way and come on top."""

    read: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    rejected: int = 0
    organisations: int = 0

    def add(self, other: Counts) -> None:
        for name in Counts.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def as_dict(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in Counts.__slots__}


@dataclass(slots=True)
class Rejection:
    """A record that did not come in; `line` where the format has lines."""

    file: str
    index: int
    reason: str
    excerpt: str = ""
    line: int | None = None


@dataclass(slots=True)
class Choices:
    """What the person decided before the start."""

    duplicates: str = Import.Duplicates.SKIP
    overwrite: bool = False
    folder: Folder | None = None  # None: the file's own, else Everyone
    region: str = ""
    make_users: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class Context:
    """One run. `now` is the moment of the import as a whole: the same after a restart."""

    actor: User
    operation: Operation | None  # None in a dry run
    choices: Choices
    now: datetime
    contact_import: Import | None = None
    rights: Rights = field(init=False)
    default_folder: Folder = field(init=False)
    works_for_id: int = field(init=False)
    moment: str = field(init=False)  # `now` as COPY takes it: four rows of each contact bear it
    home: str = field(init=False)  # the country whose numbers and addresses need not say so
    organisations: dict[str, tuple[int, str]] = field(default_factory=dict)  # folded name -> id, name shown
    folders: dict[str, int] = field(default_factory=dict)
    categories: dict[str, tuple[int, bool] | None] = field(default_factory=dict)  # -> id, restricted; None: not ours
    owners: dict[str, int] = field(default_factory=dict)
    bumped: set[int] = field(default_factory=set)  # employers here before, whose version this run has raised
    has_ties: bool = False

    def __post_init__(self) -> None:
        self.rights = rights_of(self.actor)
        self.moment = self.now.isoformat()
        self.default_folder = Folder.objects.get(is_default=True)
        self.home = country_of(preferences_of(self.actor))
        self.works_for_id = RelationshipType.objects.get(key="works_for").pk

    def forget(self) -> None:
        """After a rollback nothing that was learnt in it is true any more."""
        for learnt in (self.organisations, self.folders, self.categories, self.owners, self.bumped):
            learnt.clear()

    def made_on_the_way(self, source: str, created_at: datetime) -> bool:
        """Whether an entity is an organisation that this very import made because somebody works for it."""
        return source == IMPLIED and created_at == self.now

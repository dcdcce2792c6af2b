"""Entries of an LDIF file as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from .text import guess_encoding


@dataclass(slots=True)
class Attribute:
    """One value. `name` is in small letters, `options` are `lang-de`, `binary` ...; `url` is set where the file
    names an address instead of a value."""

    name: str
    options: tuple[str, ...] = ()
    value: bytes = b""
    url: str = ""

    @property
    def text(self) -> str:
        try:
            return self.value.decode()
        except UnicodeDecodeError:
            return self.value.decode(guess_encoding(self.value), errors="replace")

    @property
    def is_text(self) -> bool:
        """Whether the value is text of UTF-8 without control characters."""
        try:
            text = self.value.decode()
        except UnicodeDecodeError:
            return False
        return all(char in "\t\r\n" or char >= " " for char in text)


@dataclass(slots=True)
class Entry:
    """One entry: its 1-based place among the records, the line it begins on, its name, its attributes in order."""

    index: int
    line: int
    dn: str
    attributes: list[Attribute] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """The texts of an attribute that bear no language."""
        name = name.lower()
        return [found.text for found in self.attributes if found.name == name and not found.options and not found.url]

    @property
    def classes(self) -> list[str]:
        """Its object classes in small letters."""
        return [value.strip().lower() for value in self.values("objectclass")]


@dataclass(slots=True)
class ChangeRecord:
    """An order to change a directory: told, never carried out."""

    index: int
    line: int
    dn: str
    changetype: str

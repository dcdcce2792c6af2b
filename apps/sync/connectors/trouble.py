"""What may be in the way of reading a source, in words for whoever looks after it."""

from __future__ import annotations


class SourceTrouble(Exception):
    """The source can't be read now. `is_permanent`: somebody has to change something before it can be."""

    def __init__(self, words: str, *, is_permanent: bool = False) -> None:
        super().__init__(words)
        self.is_permanent = is_permanent

"""Where an administrator's word may lead on this machine: into the folders that its operator named, nowhere else."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from apps.sync.connectors.trouble import SourceTrouble


def allowed_path(name: str) -> Path:
    """The place with all links followed; a relative one is looked for in each of the folders.

    Raises SourceTrouble where nothing is there, or where it lies elsewhere: whoever asks learns no difference.
    """
    roots = [Path(root).resolve() for root in settings.RAPPORT_FEED_FOLDERS]
    for root in roots:
        try:
            found = (root / name).resolve(strict=True)
        except (OSError, ValueError, RuntimeError):  # not there, a NUL in it, a ring of links
            continue
        if any(found == other or found.is_relative_to(other) for other in roots):
            return found
    raise SourceTrouble(
        f"There is no {name!r} in the folders that this house may read ({', '.join(map(str, roots)) or 'none'}).",
        is_permanent=True,
    )

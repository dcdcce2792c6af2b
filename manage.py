#!/usr/bin/env python
"""Rapport's command line: `python manage.py help`."""

import gc
import os
import sys


def main() -> None:
    # Python's defaults look for rubbish among all that is loaded again and again: a third of a first `migrate`.
    gc.set_threshold(50_000, 20, 20)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from apps.core.embedded import EmbeddedError

    try:
        execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

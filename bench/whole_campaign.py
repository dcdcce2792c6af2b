"""One campaign from the freezing to the last mail, by the house's own workers, one of which is killed half-way.

`python -m bench.whole_campaign [--scale 0.1]`; 1 are 100,000 recipients. Meanwhile 500 of them unsubscribe and
the mails of 200 come back. What the server at the other end noted is compared with what the house says: nobody got two
mails, nobody one after unsubscribing, nobody is missing; of whom it isn't known, the house lists them as uncertain.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.whole_campaign", description=__doc__)
    parser.add_argument("--scale", type=float, default=0.01, help="1: 100,000 recipients")
    wanted = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["RAPPORT_AS_OWNER"] = "1"  # makes a database; measured is as the web's role
    os.environ.setdefault("RAPPORT_LOG_LEVEL", "WARNING")
    os.environ.setdefault("RAPPORT_SITE_URL", "https://rapport.example/")
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from bench.house import open_empty_house
    from bench.sending_out import send_out

    house = open_empty_house("rapport_bench_campaign")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for row in send_out(house, max(1000, int(100_000 * wanted.scale)), Path(folder)):
            rows.append(row)
            print(row, flush=True)
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

"""python -m bench [--scale 0.02] [--only contacts] [--json] [--fresh]"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the house against its budgets.")
    parser.add_argument("--scale", type=float, default=0.02, help="1: 1,000,000 contacts, 5,000,000 activities")
    parser.add_argument(
        "--only",
        default="",
        help="by comma: contacts, activities, campaigns, chat, crm, dealers, dav, documents, duplicates, feed,"
        " messaging, promises, reports, sending",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--fresh", action="store_true", help="fill the database anew")
    wanted = parser.parse_args()

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["RAPPORT_AS_OWNER"] = "1"  # makes and fills a database; measured is as the web's role
    os.environ.setdefault("RAPPORT_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.conf import settings
    from django.db import connection

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    from apps.core.garbage import settle
    from bench import (
        activities,
        campaigns,
        chat,
        contacts,
        crm,
        dav,
        dealers,
        documents,
        duplicates,
        feed,
        messaging,
        messaging_out,
        promises,
        reports,
    )
    from bench.figures import machine
    from bench.house import open_house

    parts = {
        "contacts": contacts.measure,
        "activities": activities.measure,
        "crm": crm.measure,
        "chat": chat.measure,
        "dealers": dealers.measure,
        "dav": dav.measure,
        "feed": feed.measure,
        "documents": documents.measure,
        "duplicates": duplicates.measure,
        "messaging": messaging.measure,
        "promises": promises.measure,
        "reports": reports.measure,
        "sending": messaging_out.measure,
        "campaigns": campaigns.measure,
    }
    unknown = set(filter(None, wanted.only.split(","))) - parts.keys()
    if unknown:
        parser.error(f"no such figures: {', '.join(sorted(unknown))}")
    house = open_house(max(1000, int(1_000_000 * wanted.scale)), fresh=wanted.fresh)
    settle()  # as each process of the house does
    rows = []
    for name in wanted.only.split(",") if wanted.only else parts:
        for row in parts[name](house):
            rows.append(row)
            if not wanted.json:
                print(row, flush=True)
    if wanted.json:
        version = str(connection.cursor().connection.server_version)
        told = {"machine": machine(f"PostgreSQL {version[:2]}"), "scale": wanted.scale}
        print(json.dumps({**told, "rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())

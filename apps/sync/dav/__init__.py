"""CardDAV and CalDAV: Radicale's protocol over our contacts and calendars (ADR 0028)."""

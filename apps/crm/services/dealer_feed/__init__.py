"""What dealers' own programs get: keys, numbered changes to download, events (docs/adr/0017)."""

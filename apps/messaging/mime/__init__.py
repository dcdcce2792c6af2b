"""Mail as bytes to plain records and back: no database, no network, no settings.

`parsing.parse_message` never raises: whatever the bytes, something readable comes out and `defects`
says what had to be repaired. Everything here is fed by strangers, so time and memory are bounded.
"""

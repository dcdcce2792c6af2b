"""Two plants that don't exist: what their systems would send us, in words of their own.

Nothing here is shared with the application but the wire: the dialects are written against docs/howto/sources.md.
"""

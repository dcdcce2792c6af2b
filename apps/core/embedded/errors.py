"""What can be wrong with the embedded servers, in a sentence for the person at the terminal."""


class EmbeddedError(Exception):
    """The embedded servers can't be had here; the message says why and what to do."""

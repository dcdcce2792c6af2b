"""What all tests of mail share."""

from tests.messaging.oauth_server import provider, provider_server, token_dovecot, token_dovecot_server, token_sink
from tests.messaging.servers import dovecot, dovecot_server, pymap, pymap_server, smtp_sink

__all__ = [
    "dovecot",
    "dovecot_server",
    "provider",
    "provider_server",
    "pymap",
    "pymap_server",
    "smtp_sink",
    "token_dovecot",
    "token_dovecot_server",
    "token_sink",
]

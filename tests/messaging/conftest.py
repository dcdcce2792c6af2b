"""What all tests of mail share."""

from tests.messaging.servers import dovecot, dovecot_server, pymap, pymap_server, smtp_sink

__all__ = ["dovecot", "dovecot_server", "pymap", "pymap_server", "smtp_sink"]

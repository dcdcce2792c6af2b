"""PostgreSQL and Redis out of wheels, for machines that have neither.

`config.settings` asks `ensure_servers` for addresses when the environment names none. Pure Python, no Django:
it runs before the settings exist. The shape: a detached *keeper* owns both servers of one folder; every
command holds a shared lock in that folder for as long as it lives, and the keeper stops when nobody holds it.
"""

from apps.core.embedded.addresses import Endpoints, celery_redis_url
from apps.core.embedded.errors import EmbeddedError
from apps.core.embedded.launcher import ensure_servers, keeper_lives, leave_servers

__all__ = ["EmbeddedError", "Endpoints", "celery_redis_url", "ensure_servers", "keeper_lives", "leave_servers"]

"""The demo's web process: uvicorn on an inherited socket, stopped without dropping a request.

Run by the demo: `python -m apps.core.embedded.webserver DESCRIPTOR APPLICATION`.
"""

import asyncio
import socket
import sys

import uvicorn

DRAIN = 0.5  # seconds in which a connection that is already ours may still send its request


class DrainingServer(uvicorn.Server):
    """Stops accepting first and closes later; uvicorn itself cuts connections whose request is still on its way."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        await asyncio.sleep(DRAIN)
        await super().shutdown(sockets)


def main(descriptor: int, application: str) -> None:
    config = uvicorn.Config(
        application,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,  # streams of live events never end by themselves; pages reconnect
    )
    DrainingServer(config).run(sockets=[socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])

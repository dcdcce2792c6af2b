"""The guard at hosts that users name: nothing in here connects to private networks, whatever a name resolves to.

`RAPPORT_PRIVATE_NETWORKS` lists the networks that administrators allow all the same ("10.1.0.0/16").
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from typing import Any

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.util.connection import create_connection


class ForbiddenHost(OSError):
    """The host, or one of the addresses that its name stands for, lies in a private network."""


def is_allowed(address: str) -> bool:
    """May we connect to this IP address on behalf of a user?"""
    found = _parsed(address)
    if is_public(address):
        return True
    return any(found in ipaddress.ip_network(network) for network in settings.RAPPORT_PRIVATE_NETWORKS)


def is_public(address: str) -> bool:
    """Does this IP address lie in the net that everybody reaches?"""
    found = _parsed(address)
    return found.is_global and not found.is_multicast


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    found = ipaddress.ip_address(address.partition("%")[0])
    return getattr(found, "ipv4_mapped", None) or found


def checked_addresses(host: str, port: int) -> list[str]:
    """The addresses of `host`, all of them allowed. Raises ForbiddenHost, OSError where the name leads nowhere."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not all(map(is_allowed, addresses)):
        raise ForbiddenHost(f"{host} lies in a private network")
    return addresses


def guarded_session(*, longest: float | None = None) -> requests.Session:
    """For requests to hosts that users name: no proxy of the environment, no redirects (pass `allow_redirects=False`
    too), and each connection goes to the very address that was checked. Raises requests.RequestException.

    `longest` is how many seconds a connection may live, whatever happens on it: time limits of sockets begin anew
    with every byte, so that a host that drips would hold us for ever. Such a session gives redirects back as they are.
    """
    session = requests.Session() if longest is None else _Unfollowing()
    session.trust_env = False
    session.max_redirects = 0
    adapter = _GuardedAdapter(longest)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Unfollowing(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Asked where a redirect leads, requests would read all of its body first, however long it is."""


class _Guarded(HTTPConnection):
    """What the plain and the secure connection do in the same way."""

    longest: float | None = None
    endings: list[_Ending]  # of the adapter, which lets go of them: an answer outlives its connection's `close`

    def _new_conn(self) -> socket.socket:
        try:
            address = checked_addresses(self.host, self.port)[0]
            made = create_connection((address, self.port), self.timeout)
        except OSError as error:
            raise NewConnectionError(self, str(error)) from error
        if self.longest is not None:
            # A second handle of the same connection: TLS takes the first one away from whoever holds it.
            ending = _Ending(self.longest, made.dup())
            self.endings.append(ending)
            ending.start()
        return made


class _Ending(threading.Timer):
    """Hangs up after a while; cancelled, it only lets go of its handle."""

    def __init__(self, seconds: float, handle: socket.socket) -> None:
        super().__init__(seconds, self._hang_up)
        self.daemon = True
        self._handle = handle

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):  # the other side was faster
            self._handle.shutdown(socket.SHUT_RDWR)
        self._handle.close()

    def cancel(self) -> None:
        super().cancel()
        self._handle.close()


class _PlainConnection(_Guarded):
    pass


class _SecureConnection(_Guarded, HTTPSConnection):
    pass


class _GuardedAdapter(HTTPAdapter):
    def __init__(self, longest: float | None) -> None:
        self._longest = longest
        self._endings: list[_Ending] = []
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        limit = {"longest": self._longest, "endings": self._endings}
        plain: Any = type("_Plain", (_PlainConnection,), limit)
        secure: Any = type("_Secure", (_SecureConnection,), limit)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }

    def close(self) -> None:
        for ending in self._endings:
            ending.cancel()
        self._endings.clear()
        super().close()

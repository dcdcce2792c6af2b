"""The guard at hosts that users name: nothing in here connects to private networks, whatever a name resolves to.

`RAPPORT_PRIVATE_NETWORKS` lists the networks that administrators allow all the same ("10.1.0.0/16").
"""

from __future__ import annotations

import ipaddress
import socket
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
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if found.is_global and not found.is_multicast:
        return True
    return any(found in ipaddress.ip_network(network) for network in settings.RAPPORT_PRIVATE_NETWORKS)


def checked_addresses(host: str, port: int) -> list[str]:
    """The addresses of `host`, all of them allowed. Raises ForbiddenHost, OSError where the name leads nowhere."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not all(map(is_allowed, addresses)):
        raise ForbiddenHost(f"{host} lies in a private network")
    return addresses


def guarded_session() -> requests.Session:
    """For requests to hosts that users name: no proxy of the environment, no redirects (pass `allow_redirects=False`
    too), and each connection goes to the very address that was checked. Raises requests.RequestException.
    """
    session = requests.Session()
    session.trust_env = False
    session.max_redirects = 0
    adapter = _GuardedAdapter()
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _connect(connection: HTTPConnection) -> socket.socket:
    try:
        address = checked_addresses(connection.host, connection.port)[0]
        return create_connection((address, connection.port), connection.timeout)
    except OSError as error:
        raise NewConnectionError(connection, str(error)) from error


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _SecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

"""The door of phones as tests knock at it: one WSGI request after another, no server between."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from apps.accounts.models import User
from apps.accounts.services.app_passwords import create_app_password
from apps.sync.dav.application import make_application
from tests.conftest import NOW

APPLICATION = make_application()
D, CARD = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def hrefs(self) -> dict[str, str]:
        """Each href of a multistatus with its status, or with the ETag that it has."""
        found = {}
        for response in ET.fromstring(self.body).findall(f"{D}response"):  # noqa: S314  # our own answer
            href = response.findtext(f"{D}href") or ""
            status = response.findtext(f"{D}status") or ""
            found[href] = response.findtext(f".//{D}getetag") or status.split(" ")[1:2][0] if status else ""
            if etag := response.findtext(f".//{D}getetag"):
                found[href] = etag
        return found

    def token(self) -> str:
        return ET.fromstring(self.body).findtext(f"{D}sync-token") or ""  # noqa: S314

    def cards(self) -> dict[str, str]:
        root = ET.fromstring(self.body)  # noqa: S314
        return {
            response.findtext(f"{D}href") or "": response.findtext(f".//{CARD}address-data") or ""
            for response in root.findall(f"{D}response")
        }


@dataclass
class Phone:
    """A device of `user`, with an app password of its own."""

    user: User
    password: str = ""
    login: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.password:
            self.password = create_app_password(actor=self.user, name="Phone", now=NOW)[1]
        self.login = self.login or self.user.email

    @property
    def home(self) -> str:
        return f"/dav/u{self.user.pk}/"

    def book(self, folder) -> str:
        return f"{self.home}contacts-{folder.pk}/"

    def ask(self, method: str, path: str, body: str | bytes = b"", **headers: str) -> Answer:
        data = body.encode() if isinstance(body, str) else body
        token = base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path).removeprefix("/dav") or "/",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "REMOTE_ADDR": "198.51.100.7",
            "CONTENT_LENGTH": str(len(data)),
            "CONTENT_TYPE": "text/vcard" if method == "PUT" else "text/xml",
            "wsgi.input": io.BytesIO(data),
            "HTTP_AUTHORIZATION": f"Basic {token}",
            **self.extra,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        return knock(environ)

    def list(self, path: str, depth: str = "1") -> dict[str, str]:
        body = '<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'
        answer = self.ask("PROPFIND", path, body, depth=depth)
        assert answer.status == 207, answer.text
        return answer.hrefs()

    def fetch(self, path: str, *hrefs: str) -> dict[str, str]:
        wanted = "".join(f"<D:href>{href}</D:href>" for href in hrefs)
        body = (
            '<C:addressbook-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'
            f"<D:prop><D:getetag/><C:address-data/></D:prop>{wanted}</C:addressbook-multiget>"
        )
        answer = self.ask("REPORT", path, body)
        assert answer.status == 207, answer.text
        return answer.cards()

    def sync(self, path: str, token: str = "") -> Answer:
        body = (
            f'<sync-collection xmlns="DAV:"><sync-token>{token}</sync-token><sync-level>1</sync-level>'
            "<prop><getetag/></prop></sync-collection>"
        )
        return self.ask("REPORT", path, body)


def knock(environ: Mapping[str, object]) -> Answer:
    told: list = []
    chunks = APPLICATION(dict(environ), lambda status, headers, *rest: told.extend([status, headers]))
    return Answer(int(told[0].split()[0]), dict(told[1]), b"".join(chunks))

"""A provider on the loopback that signs people in (RFC 6749 with PKCE), and mail servers that take its tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets as randomness
import shutil
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from apps.core import clock, secrets
from apps.messaging.models import MailAccount
from apps.messaging.services.connections import open_imap, open_smtp
from tests.conftest import NOW
from tests.core.smtp_servers import Sink
from tests.messaging.servers import Dovecot, dovecot_is_there, free_port

CLIENT = ("rapport", "its-secret")
GOOD = b"Subject: Offer\r\nMessage-ID: <1@example.com>\r\n\r\nHello\r\n"


class Provider(ThreadingHTTPServer):
    """What it gave out, and to whom. `user` is who sits at its consent page."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.forget()

    def forget(self) -> None:
        self.user = "ann@example.com"
        self.scope = ""  # as asked for, unless set
        self.codes: dict[str, dict] = {}
        self.access: dict[str, str] = {}
        self.refresh: dict[str, str] = {}
        self.renewals: list[str] = []
        self.seconds = 0.0  # that a renewal takes
        self.status = 200  # of the token endpoint

    def grant(self, user: str, scope: str, *, is_new: bool) -> dict:
        access, refresh = randomness.token_urlsafe(20), randomness.token_urlsafe(20)
        self.access[access] = user
        claims = base64.urlsafe_b64encode(json.dumps({"email": user}).encode()).decode().rstrip("=")
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 3600, "scope": scope}
        if not is_new:
            return answer
        self.refresh[refresh] = user
        return {**answer, "refresh_token": refresh, "id_token": f"e30.{claims}.e30"}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(place.query).items()}
        match place.path:
            case "/auth":
                code = randomness.token_urlsafe(12)
                self.server.codes[code] = asked
                allow = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
                deny = f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
                self._answer(200, f'<a href="{allow}">Allow</a> <a href="{deny}">Deny</a>', "text/html")
            case "/tokeninfo" if user := self.server.access.get(asked.get("access_token", "")):
                self._answer(200, json.dumps({"email": user, "expires_in": 3000}))
            case "/favicon.ico":
                self._answer(200, "", "image/x-icon")
            case _:
                self._answer(400, json.dumps({"error": "invalid_token"}))

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        said = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
        if self.server.status != 200:
            self._answer(self.server.status, "<h1>out of order</h1>", "text/html")
        elif (said.get("client_id"), said.get("client_secret")) != CLIENT:
            self._answer(401, json.dumps({"error": "invalid_client"}))
        else:
            granted = self._trade(said) if said["grant_type"] == "authorization_code" else self._renew(said)
            self._answer(200 if granted else 400, json.dumps(granted or {"error": "invalid_grant"}))

    def _trade(self, said: dict) -> dict | None:
        asked = self.server.codes.pop(said["code"], None)
        digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != said["redirect_uri"]:
            return None
        return self.server.grant(self.server.user, self.server.scope or asked["scope"], is_new=True)

    def _renew(self, said: dict) -> dict | None:
        self.server.renewals.append(said["refresh_token"])
        time.sleep(self.server.seconds)
        user = self.server.refresh.get(said["refresh_token"])
        return self.server.grant(user, "https://mail.google.com/", is_new=False) if user else None

    def _answer(self, status: int, text: str, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="session")
def provider_server():
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def provider(provider_server, settings, monkeypatch):
    """Google, as far as we can tell."""
    provider_server.forget()
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    settings.RAPPORT_GOOGLE_CLIENT_ID, settings.RAPPORT_GOOGLE_CLIENT_SECRET = CLIENT
    settings.RAPPORT_GOOGLE_AUTH_URL = f"{provider_server.url}/auth"
    settings.RAPPORT_GOOGLE_TOKEN_URL = f"{provider_server.url}/token"
    return provider_server


_DOVECOT = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {file}
}}
"""


@pytest.fixture(scope="session")
def token_dovecot_server(provider_server, tmp_path_factory):
    """A Dovecot that asks the provider of each token."""
    dovecot_is_there()
    folder = tmp_path_factory.mktemp("oauth")
    for place in (folder, *folder.parents[:3]):
        place.chmod(0o755)
    file = folder / "dovecot-oauth2.conf"
    file.write_text(f"tokeninfo_url = {provider_server.url}/tokeninfo?access_token=\nusername_attribute = email\n")
    server = Dovecot(_DOVECOT.format(file=file))
    yield server
    server.remove()


@pytest.fixture
def token_dovecot(token_dovecot_server, settings):
    for box in (token_dovecot_server.folder / "mail").iterdir():  # what another test has left
        shutil.rmtree(box)
    settings.RAPPORT_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    return token_dovecot_server


class _TokenSink(Sink):
    port: int

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.provider = provider

    async def auth_XOAUTH2(self, server, args):  # noqa: N802
        words = base64.b64decode(args[1]).decode()
        user = words.partition("user=")[2].partition("\1")[0]
        token = words.partition("auth=Bearer ")[2].partition("\1")[0]
        if self.provider.access.get(token) == user:
            return AuthResult(success=True, auth_data=user)
        return AuthResult(success=False, handled=False, message="535 5.7.8 token not accepted")


@pytest.fixture
def token_sink(provider):
    """SMTP that takes mail from whoever bears one of the provider's tokens."""
    with _listening(_TokenSink(provider)) as handler:
        yield handler


@contextmanager
def _listening(handler: _TokenSink):
    handler.port = free_port()
    controller = Controller(
        handler, hostname="127.0.0.1", port=handler.port, auth_required=True, auth_require_tls=False
    )
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


def mailbox(owner, **fields):
    return MailAccount.objects.create(
        **{"owner": owner, "address": "ann@example.com", "auth": "google", "created_at": NOW, **fields}
    )


def signed_in(owner, provider, **fields):
    """A mailbox that the provider gave access to, an hour from now."""
    tokens = provider.grant("ann@example.com", "https://mail.google.com/", is_new=True)
    return mailbox(
        owner,
        access_token=secrets.encrypt(tokens["access_token"]),
        access_token_expires_at=clock.now() + timedelta(hours=1),
        refresh_token=secrets.encrypt(tokens["refresh_token"]),
        **fields,
    )


def on_servers(token_dovecot, token_sink):
    token_dovecot.add_user("ann@example.com")
    return {
        "imap_host": "127.0.0.1",
        "imap_port": token_dovecot.port,
        "imap_security": "none",
        "smtp_host": "127.0.0.1",
        "smtp_port": token_sink.port,
        "smtp_security": "none",
    }


def send_and_count(account, token_sink):
    """Send a mail, and count what is in the inbox."""
    with open_smtp(account) as smtp:
        smtp.sendmail("ann@example.com", ["client@example.com"], GOOD)
    imap = open_imap(account)
    count = imap.select_folder("INBOX", readonly=True)[b"EXISTS"]
    imap.logout()
    return count

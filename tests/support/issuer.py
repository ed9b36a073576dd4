"""An OIDC issuer on this machine that says whatever a test wants: right by default, wrong in one thing where it is told to."""

import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

KEY = generate_private_key(65537, 2048)
OTHER_KEY = generate_private_key(65537, 2048)
CLIENT = "portolan-pages"
Claims = dict[str, Any]


@dataclass
class Issuer:
    """Its settings are changed by tests while it runs."""

    url: str = ""
    key: RSAPrivateKey = KEY
    subject: str = "anna"
    roles: list[str] = field(default_factory=lambda: ["manager"])
    access: Claims = field(default_factory=dict)
    """Claims of access tokens that are other than usual; None takes one away."""
    id: Claims = field(default_factory=dict)
    """The same of ID tokens."""
    metadata: Claims = field(default_factory=dict)
    life_s: int = 300
    sends_id_at_renewal: bool = True
    status: int = 200
    """Of its token endpoint."""
    session: str = "sid-1"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """What the token endpoint was asked."""
    delay: threading.Event | None = None
    """While it is not set, the token endpoint answers nobody."""

    def described(self) -> Claims:
        names = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks",
                 "end_session_endpoint": "/leave"}  # fmt: skip
        usual = {name: self.url + path for name, path in names.items()}
        return (
            {"issuer": self.url, "authorization_response_iss_parameter_supported": True}
            | usual
            | self.metadata
        )

    def keys(self) -> Claims:
        return {
            "keys": [RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {"kid": "one", "use": "sig"}]
        }

    def authorize(self, address: str, **answered: str) -> dict[str, str]:
        """What a browser brings back from the issuer, given where it was sent."""
        sent = dict(parse_qsl(urlsplit(address).query))
        code = token_urlsafe(12)
        self.codes[code] = sent
        return {"code": code, "state": sent["state"], "iss": self.url} | answered

    def signed(self, claims: Claims, algorithm: str = "RS256", key: Any = None, **header: str) -> str:
        present = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(present, key or self.key, algorithm, headers={"kid": "one"} | header)

    def access_token(self, **claims: Any) -> str:
        usual = {"iss": self.url, "sub": self.subject, "aud": "portolan", "roles": self.roles, "iat": time(),
                 "exp": time() + self.life_s, "jti": token_urlsafe(8), "sid": self.session}  # fmt: skip
        return self.signed(usual | self.access | claims, typ="at+jwt")

    def id_token(self, nonce: str | None, **claims: Any) -> str:
        usual = {"iss": self.url, "sub": self.subject, "aud": CLIENT, "nonce": nonce, "iat": time(),
                 "exp": time() + 300, "sid": self.session, "roles": self.roles}  # fmt: skip
        return self.signed(usual | self.id | claims)

    def logout_token(self, **claims: Any) -> str:
        event: Claims = {"http://schemas.openid.net/event/backchannel-logout": {}}
        usual = {"iss": self.url, "sub": self.subject, "aud": CLIENT, "iat": time(), "exp": time() + 120,
                 "jti": token_urlsafe(8), "sid": self.session, "events": event}  # fmt: skip
        return self.signed(usual | claims, typ="logout+jwt")

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """What the token endpoint answers."""
        self.requests.append((authorization, form))
        if self.delay is not None:
            self.delay.wait(5)
        if self.status != 200:
            return self.status, {"error": "server_error"}
        nonce = None
        if form.get("grant_type") == "authorization_code":
            sent = self.codes.pop(form.get("code", ""), None)
            if sent is None or sent["redirect_uri"] != form.get("redirect_uri"):
                return 400, {"error": "invalid_grant"}
            challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(
                b"="
            )
            if sent["code_challenge"] != challenge.decode():
                return 400, {"error": "invalid_grant"}
            nonce = sent["nonce"]
        elif form.get("refresh_token") in self.refresh_tokens:
            self.refresh_tokens.remove(form["refresh_token"])
        else:
            return 400, {"error": "invalid_grant"}
        renewed = token_urlsafe(8)
        self.refresh_tokens.add(renewed)
        answer = {"access_token": self.access_token(), "token_type": "Bearer", "expires_in": self.life_s}
        if nonce is not None or self.sends_id_at_renewal:
            answer["id_token"] = self.id_token(nonce)
        return 200, answer | {"refresh_token": renewed}

    def secrets(self) -> list[str]:
        """The clients and secrets that it was shown."""
        sent = [authorization.removeprefix("Basic ") for authorization, _ in self.requests]
        return [b64decode(one).decode() for one in sent]


@contextmanager
def running() -> Iterator[Issuer]:
    """The issuer behind an address of this machine."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            content = {"/jwks": issuer.keys, "/.well-known/openid-configuration": issuer.described}.get(path)
            self.answer(*((200, content()) if content else (404, {})))

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(raw).items()}
            self.answer(*issuer.token(form, self.headers.get("Authorization", "")))

        def answer(self, status: int, content: Claims) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield issuer
    finally:
        if issuer.delay is not None:
            issuer.delay.set()
        server.shutdown()
        server.server_close()

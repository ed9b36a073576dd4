"""Who may call, how often, from which page, and that a refused attempt is kept."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from time import time
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_elliptic_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from services.projects.service import SERVICE
from shared.base.settings import Settings
from shared.http import audit, limits
from shared.http.auth import published
from shared.http.auth.roles import ROLES, Principal, scopes_of
from tests.conftest import running_service
from tests.shared.conftest import PROJECTS, Projects

ISSUER = "https://login.example.org"


async def answer_to(projects: Projects, token: str) -> httpx.Response:
    client = projects.callers.anonymous()
    return await client.get(PROJECTS, headers={"Authorization": f"Bearer {token}"})


async def refusal(projects: Projects, token: str) -> str:
    answer = await answer_to(projects, token)
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert token not in answer.text
    return str(answer.json()["code"])


async def test_without_a_token_nothing_is_answered(projects: Projects) -> None:
    answer = await projects.callers.anonymous().get(PROJECTS)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert await refusal(projects, "x") == "token_invalid"


async def test_a_token_is_taken_only_as_it_was_issued(projects: Projects) -> None:
    local = projects.callers.tokens.local
    assert local is not None
    good = local.issue("anna", "viewer", "portolan")
    assert (await answer_to(projects, good)).status_code == 200
    assert await refusal(projects, local.issue("anna", "viewer", "another")) == "token_invalid"
    expired = local.issue("anna", "viewer", "portolan", timedelta(seconds=-1))
    assert await refusal(projects, expired) == "token_expired"
    header, claims, signature = good.split(".")
    raised = jwt.utils.base64url_encode(
        jwt.utils.base64url_decode(claims).replace(b'"viewer"', b'"director"')
    ).decode()
    assert await refusal(projects, f"{header}.{raised}.{signature}") == "token_invalid"
    unsigned = jwt.encode(jwt.decode(good, options={"verify_signature": False}), None, algorithm="none")
    assert await refusal(projects, unsigned) == "token_invalid"
    stranger = jwt.encode({"iss": "https://evil.example", "sub": "anna"}, "k" * 32, algorithm="HS256")
    assert await refusal(projects, stranger) == "unknown_issuer"


async def test_a_remembered_token_expires_all_the_same(projects: Projects) -> None:
    tokens = projects.callers.tokens
    rights = Principal("anna", "portolan-local", ("viewer",), ROLES["viewer"], time() + 60)
    tokens._principals["remembered"] = rights, rights.expires_at
    assert (await answer_to(projects, "remembered")).status_code == 200
    tokens._principals["remembered"] = rights, time() - 1
    assert await refusal(projects, "remembered") == "token_invalid"


@pytest.mark.parametrize(
    ("asked_for", "remaining"),
    [
        (None, ROLES["manager"]),
        ("", ROLES["manager"]),
        ("read", frozenset(s for s in ROLES["manager"] if s.endswith(".read"))),
        ("projects", frozenset({"projects.read", "projects.contribute", "projects.write"})),
        ("projects.read finance.read", frozenset({"projects.read", "finance.read"})),
        ("projects.decide import operate", frozenset()),
        ("openid profile email address phone offline_access", ROLES["manager"]),
        ("openid projects.read", frozenset({"projects.read"})),
        ("projects.read projects.reed", frozenset({"projects.read"})),
        (
            "projects.read risk",
            frozenset({"projects.read", "risk.read", "risk.contribute", "risk.write", "risk.decide"}),
        ),
        ("organization", ROLES["manager"]),
    ],
)
def test_a_scope_narrows_the_role_and_never_widens_it(
    asked_for: str | None, remaining: frozenset[str]
) -> None:
    assert scopes_of(("manager",), asked_for, frozenset({"organization"})) == remaining


@pytest.mark.parametrize(
    "scope",
    [
        "projects.reed", "projects:read", "read:projects", "PROJECTS.READ", "a,b", "projects.read,risk.read",
        "finance.approve", "projects.*", "*", "openid projects:read", "projects read", "read projects risk",
        "projects.read\trisk.read", "roles", ".", "projects.", ".read",
    ],
)  # fmt: skip
def test_a_scope_that_is_not_understood_gives_nothing(scope: str) -> None:
    assert scopes_of(("director", "service"), scope) == frozenset()


@pytest.mark.parametrize(
    "claim", ["projects.reed", ["projects read"], {"projects.read": True}, 5, [7], False]
)
async def test_a_token_whose_scope_is_not_understood_may_do_nothing(
    projects: Projects, claim: object
) -> None:
    local = projects.callers.tokens.local
    assert local is not None
    token = local.issue("anna", "director", "portolan", scope=claim)  # type: ignore[arg-type]
    if not claim:
        claims = jwt.decode(token, options={"verify_signature": False}) | {"scope": claim}
        token = jwt.encode(claims, local._private, algorithm="EdDSA")
    assert (await answer_to(projects, token)).status_code == 403


async def test_a_narrowed_token_is_held_to_its_scope(projects: Projects) -> None:
    local = projects.callers.tokens.local
    assert local is not None
    token = local.issue("anna", "director", "portolan", scope="projects.read")
    assert (await answer_to(projects, token)).status_code == 200
    client = projects.callers.anonymous()
    refused = await client.post(PROJECTS, json={"name": "X"}, headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["needs"]) == (403, "projects.write")


class Provider:
    """An OIDC provider on this machine: it publishes its keys over HTTP and signs with RS256."""

    def __init__(self) -> None:
        self.keys: dict[str, RSAPrivateKey] = {}
        self.answer: bytes | None = None
        """What it answers instead of its keys."""
        self.is_endless = False
        self.requests = 0
        self.status = 200
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.requests += 1
                body = json.dumps(provider.jwks()).encode() if provider.answer is None else provider.answer
                self.send_response(provider.status)
                if provider.is_endless:
                    self.end_headers()
                    with suppress(OSError):
                        while provider.is_endless:
                            self.wfile.write(body)
                    return
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing to say."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwks"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def rotate(self, kid: str) -> None:
        self.keys = {kid: generate_private_key(65537, 2048)}

    def jwks(self) -> dict[str, Any]:
        published = {
            kid: RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) for kid, key in self.keys.items()
        }
        return {"keys": [{**key, "kid": kid, "use": "sig", "alg": "RS256"} for kid, key in published.items()]}

    def token(
        self,
        kid: str,
        key: Any = None,
        header: dict[str, str] | None = None,
        algorithm: str = "RS256",
        **claims: Any,
    ) -> str:
        payload = {"iss": ISSUER, "sub": "anna", "aud": "portolan", "exp": time() + 60, "roles": ["manager"]}
        return jwt.encode(
            payload | claims,
            key or self.keys[kid],
            algorithm=algorithm,
            headers={"kid": kid, **(header or {})},
        )


@pytest.fixture
def provider() -> Iterator[Provider]:
    created = Provider()
    created.rotate("first")
    yield created
    created.is_endless = False
    created.server.shutdown()
    created.server.server_close()


@pytest.fixture
async def trusting(provider: Provider, tmp_path: Path) -> AsyncIterator[Projects]:
    settings = Settings(data=tmp_path, issuers={ISSUER: provider.url})
    async with running_service(SERVICE, settings) as (one, callers):
        yield Projects(one, callers)


async def test_a_token_of_an_oidc_provider_is_taken(provider: Provider, trusting: Projects) -> None:
    token = provider.token("first")
    client = trusting.callers.anonymous()
    headers = {"Authorization": f"Bearer {token}"}
    created = await client.post(PROJECTS, json={"name": "X"}, headers=headers)
    assert created.status_code == 201, created.text
    for _ in range(5):
        assert (await answer_to(trusting, provider.token("first"))).status_code == 200
    assert provider.requests == 1
    rows = await trusting.store.fetch("SELECT headers FROM outbox")
    assert (json.loads(rows[0][0])["authid"], json.loads(rows[0][0])["authtype"]) == ("anna", "user")


async def test_a_providers_token_is_checked_like_any_other(provider: Provider, trusting: Projects) -> None:
    other = generate_private_key(65537, 2048)
    assert await refusal(trusting, provider.token("first", key=other)) == "token_invalid"
    assert await refusal(trusting, provider.token("first", aud="another")) == "token_invalid"
    assert await refusal(trusting, provider.token("first", exp=time() - 61)) == "token_expired"
    assert await refusal(trusting, provider.token("second", key=other)) == "unknown_key"
    assert await refusal(trusting, provider.token("first", iss="https://evil.example")) == "unknown_issuer"
    public = json.dumps(provider.jwks()["keys"][0])
    forged = jwt.encode(
        {"iss": ISSUER, "sub": "a", "aud": "portolan", "exp": time() + 9}, public * 2, "HS256"
    )
    assert await refusal(trusting, forged) in ("token_invalid", "unknown_key")


@pytest.mark.parametrize(
    ("claim", "seconds", "status"),
    [
        ("iat", 30, 200), ("nbf", 30, 200), ("exp", -30, 200),
        ("iat", 90, 401), ("nbf", 90, 401), ("exp", -90, 401),
    ],
)  # fmt: skip
async def test_the_clock_of_an_issuer_may_differ_by_a_minute(
    provider: Provider, trusting: Projects, claim: str, seconds: int, status: int
) -> None:
    token = provider.token("first", **{claim: time() + seconds})
    assert (await answer_to(trusting, token)).status_code == status


@pytest.mark.parametrize("subject", ["", " ", "a\x00b", "a\nb", "a\x85b", "a\u202eb", "a" * 201])
async def test_a_subject_that_cannot_be_written_down_is_nobody(
    provider: Provider, trusting: Projects, subject: str
) -> None:
    assert await refusal(trusting, provider.token("first", sub=subject)) == "token_invalid"
    local = trusting.callers.tokens.local
    assert local is not None
    assert await refusal(trusting, local.issue(subject, "director", "portolan")) == "token_invalid"


async def test_a_subject_of_any_script_is_somebody(provider: Provider, trusting: Projects) -> None:
    for subject in ("Élan Ümit", "田中", "a" * 200, "auth0|5f7c8ec7c33c6c004bbafe82"):
        assert (await answer_to(trusting, provider.token("first", sub=subject))).status_code == 200


@pytest.mark.parametrize(
    ("header", "claims", "is_taken"),
    [
        ({}, {}, True),
        ({"typ": "at+jwt"}, {"nonce": "n"}, True),
        ({"typ": "application/at+jwt"}, {}, True),
        ({}, {"typ": "Bearer", "nonce": "n", "azp": "portolan"}, True),
        ({}, {"azp": "another-client"}, True),
        ({}, {"token_use": "access"}, True),
        ({}, {"nonce": "n"}, False),
        ({}, {"at_hash": "h"}, False),
        ({}, {"azp": "portolan"}, False),
        ({}, {"typ": "ID"}, False),
        ({}, {"typ": "Refresh"}, False),
        ({}, {"token_use": "id"}, False),
        ({"typ": "logout+jwt"}, {}, False),
        ({"typ": "at+jwt"}, {"typ": "ID"}, False),
    ],
)
async def test_an_id_token_is_no_access_token(
    provider: Provider, trusting: Projects, header: dict[str, str], claims: dict[str, Any], is_taken: bool
) -> None:
    token = provider.token("first", header=header, **claims)
    if is_taken:
        assert (await answer_to(trusting, token)).status_code == 200
    else:
        assert await refusal(trusting, token) == "not_an_access_token"


async def test_a_withdrawn_key_is_forgotten_within_minutes(provider: Provider, trusting: Projects) -> None:
    signed = provider.keys["first"]
    token = provider.token("first")
    assert (await answer_to(trusting, token)).status_code == 200
    provider.rotate("second")
    tokens = trusting.callers.tokens
    issuer: Any = tokens._issuers[ISSUER]
    issuer._keys._read_at -= 240
    tokens._principals = {token: (principal, 0.0) for token, (principal, _) in tokens._principals.items()}
    assert await refusal(trusting, token) == "unknown_key"
    assert await refusal(trusting, provider.token("first", key=signed)) == "unknown_key"


async def test_a_failing_key_server_is_asked_once_and_left_alone_for_a_while(
    provider: Provider, trusting: Projects
) -> None:
    provider.status = 503
    answers = await asyncio.gather(*(answer_to(trusting, provider.token("first")) for _ in range(20)))
    assert {(a.status_code, a.headers["retry-after"]) for a in answers} == {(503, "1")}
    assert provider.requests == 1
    assert (await answer_to(trusting, provider.token("first"))).status_code == 503
    assert provider.requests == 1
    issuer: Any = trusting.callers.tokens._issuers[ISSUER]
    issuer._keys._again_at = 0.0
    provider.status = 200
    assert (await answer_to(trusting, provider.token("first"))).status_code == 200


async def test_known_keys_outlive_an_outage_of_the_key_server(provider: Provider, trusting: Projects) -> None:
    assert (await answer_to(trusting, provider.token("first"))).status_code == 200
    provider.status = 503
    issuer: Any = trusting.callers.tokens._issuers[ISSUER]
    issuer._keys._read_at -= 600
    for _ in range(5):
        assert (await answer_to(trusting, provider.token("first"))).status_code == 200
    assert provider.requests == 2
    issuer._keys._read_at -= 3600
    issuer._keys._again_at = 0.0
    assert (await answer_to(trusting, provider.token("first"))).status_code == 503


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"roles": "manager"}, 200),
        ({"roles": []}, 403),
        ({"roles": 5}, 403),
        ({"roles": [{"name": "director"}, None]}, 403),
        ({"scope": ["projects.read"]}, 200),
        ({"scope": "finance.read"}, 403),
        ({"sub": 5}, 401),
        ({"jti": 5}, 401),
        ({"exp": 1e400}, 401),
        ({"iat": 1e400}, 401),
        ({"iat": -(10**4000)}, 401),
        ({"sub": "\u3164"}, 401),
        ({"jti": "a\x00b"}, 401),
        ({"jti": "j" * 501}, 401),
        ({"jti": ""}, 200),
    ],
)
async def test_odd_claims_of_a_provider_are_no_defect(
    provider: Provider, trusting: Projects, claims: dict[str, Any], status: int
) -> None:
    assert (await answer_to(trusting, provider.token("first", **claims))).status_code == status


async def test_a_new_key_of_the_provider_is_found_after_a_while(
    provider: Provider, trusting: Projects
) -> None:
    assert (await answer_to(trusting, provider.token("first"))).status_code == 200
    provider.rotate("second")
    assert await refusal(trusting, provider.token("second")) == "unknown_key"
    assert provider.requests == 1, "a wrong key id must not make us read the keys at once"
    issuer: Any = trusting.callers.tokens._issuers[ISSUER]
    issuer._keys._read_at -= 6
    assert (await answer_to(trusting, provider.token("second"))).status_code == 200


ELLIPTIC = generate_elliptic_key(SECP256R1())
SIGNED_BY: dict[str, Any] = {"ES256": ELLIPTIC, "EdDSA": Ed25519PrivateKey.generate()}


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA", "PS256"])
async def test_a_key_verifies_only_the_signatures_it_is_for(
    provider: Provider, trusting: Projects, algorithm: str
) -> None:
    signer = SIGNED_BY.get(algorithm, provider.keys["first"])
    assert await refusal(trusting, provider.token("first", key=signer, algorithm=algorithm)) == "unknown_key"


@pytest.mark.parametrize("header", [{}, {"alg": None}, {"alg": ["RS256"]}, {"alg": {}}, {"alg": "none"}])
async def test_a_token_without_an_algorithm_of_ours_is_not_valid(
    provider: Provider, trusting: Projects, header: dict[str, Any]
) -> None:
    _, claims, signature = provider.token("first").split(".")
    odd = jwt.utils.base64url_encode(json.dumps({"typ": "JWT", "kid": "first", **header}).encode()).decode()
    assert await refusal(trusting, f"{odd}.{claims}.{signature}") == "token_invalid"
    assert provider.requests == 0, "the key server was asked for what cannot be verified"


async def test_keys_of_one_id_are_all_tried(provider: Provider, trusting: Projects) -> None:
    """As RFC 7517 allows for keys of different kinds, and as providers have it while they change a key."""
    old, new = provider.keys["first"], generate_private_key(65537, 2048)
    published = [RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) for key in (old, new)]
    published.append(ECAlgorithm.to_jwk(ELLIPTIC.public_key(), as_dict=True))
    provider.answer = json.dumps({"keys": [{**key, "kid": "first"} for key in published]}).encode()
    signers = [(old, "RS256"), (new, "RS256"), (ELLIPTIC, "ES256")]
    for signer, algorithm in signers:
        token = provider.token("first", key=signer, algorithm=algorithm)
        assert (await answer_to(trusting, token)).status_code == 200
    stranger = provider.token("first", key=generate_private_key(65537, 2048))
    assert await refusal(trusting, stranger) == "token_invalid"


ODD_ANSWERS = {
    "a page": b"<html>We will be back soon</html>",
    "nothing": b"",
    "bytes": b"\xff\xfe",
    "a list": b"[]",
    "no list of keys": b'{"keys": {}}',
    "no keys": b'{"keys": null}',
    "lists in lists": b'{"keys": ' + b"[" * 200_000,
    "too much": b'{"keys": []}' + b" " * 1024 * 1024,
}


@pytest.mark.parametrize("answer", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
async def test_a_key_server_that_answers_no_keys_is_away(
    provider: Provider, trusting: Projects, answer: bytes
) -> None:
    assert (await answer_to(trusting, provider.token("first"))).status_code == 200
    issuer: Any = trusting.callers.tokens._issuers[ISSUER]
    issuer._keys._read_at -= 300
    provider.answer = answer
    assert (await answer_to(trusting, provider.token("first"))).status_code == 200, (
        "the keys before still count"
    )
    issuer._keys._read_at -= 3600
    issuer._keys._again_at = 0.0
    assert (await answer_to(trusting, provider.token("first"))).status_code == 503
    assert provider.requests == 3


@pytest.mark.parametrize(
    "change",
    [
        {"kid": ["first"]}, {"kty": "oct", "k": "AAAA"}, {"kty": None}, {"use": "enc"}, {"use": ["sig"]},
        {"alg": 5}, {"alg": "HS256"}, {"n": ""}, {"n": 5}, {"d": "AQAB"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_key_that_cannot_be_used_is_passed_over(
    provider: Provider, trusting: Projects, change: dict[str, Any]
) -> None:
    provider.keys["second"] = generate_private_key(65537, 2048)
    first, second = provider.jwks()["keys"]
    provider.answer = json.dumps({"keys": [{**first, **change}, 5, None, second]}).encode()
    assert await refusal(trusting, provider.token("first")) == "unknown_key"
    assert (await answer_to(trusting, provider.token("second"))).status_code == 200


@pytest.mark.parametrize("piece", [b" ", b" " * 60_000])
async def test_a_key_server_whose_answer_never_ends_is_away(
    provider: Provider, trusting: Projects, monkeypatch: pytest.MonkeyPatch, piece: bytes
) -> None:
    monkeypatch.setattr(published, "READING_S", 0.2)
    provider.answer, provider.is_endless = piece, True
    answer = await answer_to(trusting, provider.token("first"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_a_provider_that_is_away_is_told_as_that(provider: Provider, trusting: Projects) -> None:
    provider.status = 500
    answer = await answer_to(trusting, provider.token("first"))
    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    provider.status = 200
    issuer: Any = trusting.callers.tokens._issuers[ISSUER]
    issuer._keys._again_at = 0.0
    assert (await answer_to(trusting, provider.token("first"))).status_code == 200


@asynccontextmanager
async def with_settings(tmp_path: Path, **members: Any) -> AsyncIterator[Projects]:
    async with running_service(SERVICE, Settings(data=tmp_path, **members)) as (one, callers):
        yield Projects(one, callers)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time that rate limits go by."""

    def set_to(seconds: float) -> None:
        monkeypatch.setattr(limits, "epoch_seconds", lambda: seconds)

    return set_to


async def test_too_many_requests_are_told_when_to_come_again(
    tmp_path: Path, clock: Callable[[float], None]
) -> None:
    async with with_settings(tmp_path, rate_limit=3) as projects:
        clock(6000.0 * 60 + 20)
        remaining = [(await projects.client.get(PROJECTS)).headers["ratelimit-remaining"] for _ in range(3)]
        assert remaining == ["2", "1", "0"]
        refused = await projects.client.get(PROJECTS)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert (refused.headers["retry-after"], refused.headers["ratelimit-limit"]) == ("40", "3")
        assert (await projects.callers("viewer").get(PROJECTS)).status_code == 200, (
            "each has a limit of his own"
        )
        assert (await projects.callers.anonymous().get("/projects/livez")).status_code == 200
        clock(6001.0 * 60)
        assert (await projects.client.get(PROJECTS)).headers["ratelimit-remaining"] == "2"


async def test_only_listed_origins_are_let_in(tmp_path: Path) -> None:
    async with with_settings(tmp_path, cors_origins=["https://app.example"]) as projects:
        listed, other = {"Origin": "https://app.example"}, {"Origin": "https://app.example.evil"}
        granted = await projects.client.get(PROJECTS, headers=listed)
        assert granted.headers["access-control-allow-origin"] == "https://app.example"
        assert granted.headers["vary"] == "Origin, Accept, Accept-Encoding"
        assert "Portolan-Position" in granted.headers["access-control-expose-headers"]
        refused = await projects.client.get(f"{PROJECTS}?x=1", headers=listed)
        assert (refused.status_code, "access-control-allow-origin" in refused.headers) == (400, True)
        assert (
            "access-control-allow-origin" not in (await projects.client.get(PROJECTS, headers=other)).headers
        )
        nowhere = await projects.client.get("/projects/v1/nothing", headers=listed)
        assert (nowhere.status_code, "access-control-allow-origin" in nowhere.headers) == (404, True)
        ask = {"Access-Control-Request-Method": "PATCH"}
        before = await projects.callers.anonymous().options(PROJECTS, headers=listed | ask)
        assert before.status_code == 204
        assert set(before.headers["access-control-allow-methods"].split(", ")) >= {"GET", "POST"}
        assert "If-Match" in before.headers["access-control-allow-headers"]
        strange = await projects.callers.anonymous().options(PROJECTS, headers=other | ask)
        assert not [name for name in strange.headers if name.startswith("access-control")]


async def test_no_origin_is_let_in_by_default(projects: Projects) -> None:
    answer = await projects.client.get(PROJECTS, headers={"Origin": "https://app.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_refused_attempt_is_kept(projects_everywhere: Projects) -> None:
    projects = projects_everywhere
    created = await projects.make()
    viewer = projects.callers("viewer")
    assert (await viewer.post(PROJECTS, json={"name": "X"})).status_code == 403
    assert (await viewer.get("/projects/v1/refused-attempts")).status_code == 403
    manager = projects.callers("manager")
    refused = await manager.post(f"{PROJECTS}/{created['id']}/approve", headers={"If-Match": '"1"'})
    assert refused.status_code == 403
    assert (await viewer.get(f"{PROJECTS}?x=1")).status_code == 400
    await asyncio.gather(*audit._writing)
    attempts = (await projects.client.get("/projects/v1/refused-attempts")).json()["items"]
    payload = [(k["principal"].rpartition("|")[2], k["method"], k["path"], k["code"]) for k in attempts]
    assert sorted(payload) == [
        ("manager", "POST", f"{PROJECTS}/{created['id']}/approve", "scope_missing"),
        ("viewer", "GET", "/projects/v1/refused-attempts", "scope_missing"),
        ("viewer", "POST", PROJECTS, "scope_missing"),
    ]

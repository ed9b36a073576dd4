"""The file of trusted issuers: what is wrong with it is said before anything starts."""

from pathlib import Path

import pytest

from shared.base.settings import Settings
from shared.base.starting import CannotStart
from shared.base.trusted_issuers import is_safe_address, read_issuers

RIGHT = '[example]\nissuer = "https://login.example.org"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("issuer = ", "it cannot be read"),
        ('issuer = "x"', "stands outside of a table"),
        ("[example]\n", "issuer: Field required"),
        ('[example]\nissuer = "http://login.example.org"\n', "begins with `https://`"),
        ('[example]\nissuer = "ftp://login.example.org"\n', "begins with `https://`"),
        (RIGHT + "rolls = []\n", "rolls: Extra inputs are not permitted"),
        (RIGHT + 'algorithms = ["HS256"]\n', "algorithms.0"),
        (RIGHT + 'algorithms = ["none"]\n', "algorithms.0"),
        (RIGHT + 'role_of = {x = "emperor"}\n', "role_of.x"),
        (RIGHT + 'scopes = "profile"\n', "`openid`"),
        (RIGHT + 'parameters = {redirect_uri = "x"}\n', "`redirect_uri` is given by Portolan"),
        (RIGHT + 'client_secret_file = "/no/such/file"\n', "there is no file"),
        (RIGHT.replace("example]", "Ex_ample]"), "small letters"),
        (RIGHT + RIGHT.replace("example]", "other]"), "stands there twice"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "issuers.toml"
    path.write_text(text)
    with pytest.raises(CannotStart) as refusal:
        read_issuers(path)
    assert sentence in str(refusal.value)


def test_issuers_of_the_file_and_of_the_short_form_are_both_trusted(tmp_path: Path) -> None:
    path = tmp_path / "issuers.toml"
    path.write_text(RIGHT)
    short = {
        "https://login.example.org": "https://x.example.org/jwks",
        "https://other.example.org": "https://o/jwks",
    }
    trusted = Settings(data=tmp_path, issuers_file=path, issuers=short).trusted_issuers
    assert [(one.issuer, one.jwks_url) for one in trusted] == [
        ("https://login.example.org", ""),
        ("https://other.example.org", "https://o/jwks"),
    ]


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://login.example.org/x", True), ("http://localhost:80", True), ("http://127.0.0.1:9", True),
        ("http://[::1]:9", True), ("http://10.0.0.1", False), ("http://login.example.org", False),
        ("https://user@login.example.org", False), ("https://", False), ("file:///etc/passwd", False), ("", False),
        ("https://a.example.org/#x", False), ("javascript:alert(1)", False),
    ],
)  # fmt: skip
def test_addresses_that_can_be_changed_on_the_way_are_not_asked(address: str, is_safe: bool) -> None:
    assert is_safe_address(address) is is_safe

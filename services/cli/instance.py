"""What the commands share that talk to a running instance: where it is, with what token, and what its answers mean."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click
import httpx

from services.imports.upserts import detail
from shared.base.settings import Settings, http_address, settings_of, without_secrets
from shared.base.starting import CannotStart

TIMEOUT_S = 60
ADVICE = {
    401: "; give the --data of the instance that runs there, or a --token of an issuer that it trusts",
    403: "; give a --token whose holder may",
}


def _address(_: click.Context, __: click.Parameter, url: str) -> str:
    try:
        return http_address(url) if url else url
    except ValueError as error:
        raise click.BadParameter(f"'{without_secrets(url)}': {error}") from error


def _token(_: click.Context, __: click.Parameter, token: str) -> str:
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise click.BadParameter("it is none: a token is one word, as `portolan token issue` prints it")
    return token


def data_option(command: Any) -> Any:
    return click.option("--data", type=click.Path(path_type=Path), help="The folder of the instance.")(
        command
    )


def reaching(address: str, token: str) -> Callable[[Any], Any]:
    """The options --url, --token and --data; `address` and `token` are what the help says of the first two."""

    def with_options(command: Any) -> Any:
        command = data_option(command)
        command = click.option("--token", default="", callback=_token, help=token)(command)
        return click.option("--url", default="", callback=_address, help=address)(command)

    return with_options


def need_local_issuer(settings: Settings, what: str, instead: str) -> None:
    """Refuse what nobody would accept while the tokens of the local issuer are not; CannotStart ends with code 2."""
    if not settings.local_issuer:
        raise CannotStart(f"PORTOLAN_LOCAL_ISSUER is 'false', so {what}: {instead}")


def own_token(settings: Settings, subject: str, role: str, hours: int = 12) -> str:
    """A token of the instance's local issuer, whose key is there once the instance was started."""
    from shared.http.auth.issuers import KEY_FILE, LocalIssuer

    need_local_issuer(
        settings,
        "a token of this instance is accepted nowhere",
        "give a --token of an issuer that is trusted",
    )
    if not (settings.data / KEY_FILE).exists():
        raise click.ClickException(
            f"no instance was ever started in {settings.data}: give its --data, or a --token"
        )
    return LocalIssuer(settings.data).issue(subject, role, settings.audience, timedelta(hours=hours))


def client_reaching(
    url: str,
    token: str,
    data: Path | None,
    subject: str,
    *,
    role: str = "service",
    as_of: date | None = None,
    timeout_s: float = TIMEOUT_S,
) -> httpx.AsyncClient:
    """A client of the Portolan that runs there, dated where a day is given. Without a token the local issuer gives one to
    `subject`; raises click.ClickException where it cannot."""
    settings = settings_of(data=data)
    headers = {"Authorization": f"Bearer {token or own_token(settings, subject, role)}"}
    if as_of is not None:
        headers["Portolan-Effective-At"] = as_of.isoformat()
    return httpx.AsyncClient(base_url=url or settings.base_url, headers=headers, timeout=timeout_s)


reaching_operated = reaching(
    "The front door; default: the settings'.", "A token that may operate; default: of the local issuer."
)


@contextmanager
def operating(url: str, token: str, data: Path | None) -> Iterator[httpx.Client]:
    """A client that may operate the instance that runs there."""
    settings = settings_of(data=data)
    address = url or settings.base_url
    headers = {"Authorization": f"Bearer {token or own_token(settings, 'operator', 'director')}"}
    with (
        reached(address),
        httpx.Client(base_url=address, headers=headers, timeout=TIMEOUT_S) as client,
    ):
        yield client


@contextmanager
def reached(url: str, failing: str = "") -> Iterator[None]:
    """Around requests to an instance, which may be away; `failing` is what then cannot be done."""
    try:
        yield
    except httpx.HTTPError as error:
        shown = without_secrets(url)
        raise click.ClickException(
            f"{failing}{shown} cannot be reached: {error or type(error).__name__}"
        ) from error


def checked(answer: httpx.Response) -> httpx.Response:
    """The answer where it is Portolan's and no refusal; else what it means is said in a sentence."""
    is_ours = answer.status_code == httpx.codes.NO_CONTENT or "json" in answer.headers.get("content-type", "")
    if answer.is_success and is_ours:
        return answer
    message = f"{without_secrets(str(answer.url))} answers {answer.status_code}"
    if answer.is_success or answer.is_redirect:
        raise click.ClickException(f"{message}, but not as Portolan does: give the --url of the front door")
    message = f"{message}: {detail(answer) or answer.reason_phrase}"
    raise click.ClickException(message + ADVICE.get(answer.status_code, ""))

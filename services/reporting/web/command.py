"""The command line that works where this instance runs, for pages that tell somebody what to type."""

import shlex
import shutil
import sys
from ipaddress import ip_address
from pathlib import Path

from shared.base.settings import Settings
from shared.http.call import Call


def command_for(call: Call, *words: str) -> str:
    """The command for who sees the page. Folders are named only to who sits at the machine: not to who comes by a proxy
    on it, which is noticed by the address that it names, or by the name under which the instance was asked for."""
    forwarded_for = [p.strip() for p in (call.header("x-forwarded-for") or "").split(",") if p.strip()]
    client = call.scope.get("client")
    name = (call.header("host") or "").rpartition(":")[0] or call.header("host") or ""
    callers = (*forwarded_for, name.strip("[]"), client[0] if client else "")
    is_here = all(map(_is_loopback, callers)) and call.header("forwarded") is None
    return command_of(call.kernel.settings, *words, is_here=is_here)


def command_of(settings: Settings, *words: str, is_here: bool = True) -> str:
    """The command as it is typed in the folder in which the instance was started.

    Folders are named only where nobody but this machine is served: a login page is read by anybody.
    """
    if not is_here or settings.public_url or not _is_loopback(settings.host):
        return shlex.join(("portolan", *words))
    options = () if settings.data == Settings.model_fields["data"].default else ("--data", str(settings.data))
    return shlex.join((*_program(Path(sys.argv[0])), *words, *options))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _program(started: Path) -> tuple[str, ...]:
    """What was typed to start this process, from the folder in which it runs."""
    if started.parts[-2:] == ("services", "__main__.py"):
        return _from_here(Path(sys.executable)), "-m", "services"
    if started.name != "portolan" or shutil.which("portolan") == str(started.absolute()):
        return ("portolan",)
    return (_from_here(started),)


def _from_here(path: Path) -> str:
    """The path as it is typed in the present folder."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)

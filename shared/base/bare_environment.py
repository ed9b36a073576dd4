"""What a process of its own inherits: nothing that it does not need, no address of a database, no token."""

import os

_INHERITED = ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


def bare_environment() -> dict[str, str]:
    """The environment for a process that works on what others have sent."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}

"""Any plan file read: the format is told by what the file holds, never by its name."""

from pathlib import Path

from services.projects.planfiles.foreign import PMXML_ROOT, Format, read_foreign
from services.projects.planfiles.mspdi import read_mspdi
from services.projects.planfiles.mspdi.shape import ROOT
from services.projects.planfiles.planfile import PlanFile
from services.projects.planfiles.safexml import root_of
from shared.errors import Fault, Invalid
from shared.typed import refuse_mistyped

MAX_BYTES = 40_000_000
"""About ten thousand tasks as Microsoft Project writes them, and many times that as this package does."""

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_XER = b"ERMHDR"
_XML_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_plan(source: bytes | str | Path) -> PlanFile:
    """The plan of a file, given by its content or its path, and what of the file the plan does not hold.

    Reads MSPDI by itself, and .mpp, XER and PMXML through mpxj. Raises Invalid for a file that is too large,
    of no such format or damaged, UnsupportedMediaType where mpxj is needed and absent, and OSError as opening a
    file does.
    """
    content = _content(source)
    if content.startswith(_COMPOUND_FILE):
        return read_foreign(content, Format.MPP)
    if content.startswith(_XER):
        return read_foreign(content, Format.XER)
    if content.lstrip()[:3].startswith(_XML_BEGINNINGS):
        return _read_xml(content)
    raise _refused("unknown_format", "this is neither MSPDI XML, .mpp, Primavera XER nor PMXML")


def _content(source: bytes | str | Path) -> bytes:
    refuse_mistyped(source, bytes | str | Path, "")
    if isinstance(source, bytes):
        _check_size(len(source))
        return source
    _check_size(Path(source).stat().st_size)
    return Path(source).read_bytes()


def _check_size(size: int) -> None:
    if size > MAX_BYTES:
        raise _refused("too_large", f"a plan file has at most {MAX_BYTES:,} bytes, this one has {size:,}")


def _read_xml(content: bytes) -> PlanFile:
    root = root_of(content)
    if root == ROOT:
        return read_mspdi(content)
    if root == PMXML_ROOT:
        return read_foreign(content, Format.PMXML)
    raise _refused("wrong_root", f"the root is {root[:80]}, not {ROOT} (MSPDI) or {PMXML_ROOT} (PMXML)")


def _refused(code: str, what: str) -> Invalid:
    return Invalid(what, Fault(code, what), code=code)

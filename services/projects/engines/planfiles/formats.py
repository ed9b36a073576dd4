"""Reads any plan file: the content decides the format, never the name."""

from pathlib import Path

from services.projects.engines.planfiles.foreign import PMXML_ROOT, Format, read_foreign
from services.projects.engines.planfiles.mspdi import read_mspdi
from services.projects.engines.planfiles.mspdi.shape import ROOT
from services.projects.engines.planfiles.planfile import PlanFile, check_bytes
from services.projects.engines.planfiles.safexml import root_of
from shared.base.errors import Fault, Invalid
from shared.base.texts import Text
from shared.base.typed import refuse_mistyped

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_XER = b"ERMHDR"
_XML_BEGINNINGS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_plan(source: bytes | str | Path) -> PlanFile:
    """The plan of a file, given by its content or its path, and what of the file the plan does not hold.

    Reads MSPDI by itself, and .mpp, XER and PMXML through mpxj. Raises Invalid for a file that is too large, of
    no such format or damaged. Raises UnsupportedMediaType where mpxj is needed and absent, and OSError as opening
    a file does.
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
        check_bytes(len(source))
        return source
    check_bytes(Path(source).stat().st_size)
    return Path(source).read_bytes()


def _read_xml(content: bytes) -> PlanFile:
    root = root_of(content)
    if root == ROOT:
        return read_mspdi(content)
    if root == PMXML_ROOT:
        return read_foreign(content, Format.PMXML)
    raise _refused(
        "wrong_root",
        Text(
            "the root is {root}, not {root_2} (MSPDI) or {pmxml_root} (PMXML)",
            root=root[:80],
            root_2=ROOT,
            pmxml_root=PMXML_ROOT,
        ),
    )


def _refused(code: str, what: str) -> Invalid:
    return Invalid(what, Fault(code, what), code=code)

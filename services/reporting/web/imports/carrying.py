"""The work of an import, carried out by a process of its own under a lease; the page that is open begins it."""

import asyncio
import gzip
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from weakref import WeakKeyDictionary

import msgspec

from services.imports.systems.orders import SystemOutcome
from services.imports.tables.orders import Job, Order, Outcome
from services.reporting.web.imports import drafts
from services.reporting.web.imports.drafts import Draft
from services.reporting.web.reading import words_of
from services.reporting.web.session_tokens import LASTS, token_of
from shared.base import telemetry
from shared.base.clock import machine_micros
from shared.base.errors import Refusal
from shared.base.supervision import Supervised
from shared.base.texts import Text, in_language
from shared.base.worker import Progress
from shared.base.workers import ComputationFailed, OutOfMemory, WorkerLost
from shared.http.auth import Tokens
from shared.http.call import Call
from shared.http.serving import Serving
from shared.store import content as contents

PREFIX = "import-"
TASK = "an import at the pages"
TABLES = "services.imports.tables.job:IMPORT"
SYSTEMS = "services.system_imports:IMPORT"
"""What carries out an import: of a table, and of files of another system. They are named, and not imported: this process reads
no file, and the second knows the engine that reads plans."""
AT_A_TIME = 2
RENEWED_S = 1.0
SHORT_S = 1.5
"""So long a page waits for work that may be done at once."""
WITHOUT_FILE = Text("the file is not there any more; choose it again")
TOO_LARGE = Text("the file needs more memory than there is for it; divide it")
ABORTED = Text(
    "the work has ended {count} times before it was done; divide the file", count=drafts.MOST_ATTEMPTS
)
DEFECT = Text("something went wrong on our side; the id of the import finds it in the logs")
TOO_LONG = Text("it was not done within {seconds} s; divide the file")

_rooms: WeakKeyDictionary[Tokens, asyncio.Semaphore] = WeakKeyDictionary()


async def carry_on(call: Call, draft: Draft) -> Draft:
    """Begin what is to be done, if nobody does it, and wait a moment for its end; answers how it stands then."""
    store = call.kernel.store
    if draft.can_begin and await drafts.hold(store, draft):
        seconds = call.kernel.settings.worker_seconds
        token = await token_of(call, LASTS + timedelta(seconds=seconds))
        one = _Carrying(call.kernel, draft, call.principal.key, token, words_of(call).language)
        _tidy(call.kernel)
        call.kernel.tasks.append(Supervised(call.kernel.service, TASK, one.run))
        with suppress(TimeoutError):
            await asyncio.wait_for(one.ended.wait(), SHORT_S)
    return await drafts.find(store, draft.id, call.principal.key)


def _tidy(kernel: Serving) -> None:
    """Forget the tasks that have done their work."""
    kernel.tasks[:] = [task for task in kernel.tasks if task.name != TASK or not task.ended]


@dataclass
class _Carrying:
    """One act of one import."""

    kernel: Serving
    draft: Draft
    owner: str
    token: str
    language: str
    at: Progress = field(default_factory=lambda: Progress(0.0, ""))
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        renewing = asyncio.create_task(self._renew())
        try:
            outcome, refused = await self._outcome()
            await drafts.end(self.kernel.store, self.draft, outcome, refused)
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
            self.ended.set()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEWED_S)
            await drafts.renew(self.kernel.store, self.draft, round(self.at.share * 1000), self.at.step)

    async def _outcome(self) -> tuple[Outcome | SystemOutcome, bytes | None]:
        if self.draft.attempts >= drafts.MOST_ATTEMPTS:
            return self._failure(ABORTED), None
        try:
            with _folder(self.kernel.settings.data) as name:
                return await self._worked(Path(name))
        except OutOfMemory:
            return self._failure(TOO_LARGE), None
        except TimeoutError:
            return self._failure(Text(TOO_LONG.template, seconds=self.kernel.settings.worker_seconds)), None
        except WorkerLost:
            return self._failure(ABORTED), None
        except Refusal as refused:
            return self._failure(refused.detail), None
        except ComputationFailed as failed:
            telemetry.LOG.event(
                "error", self.kernel.service, "a defect of an import", id=self.draft.id, error=str(failed)
            )
            return self._failure(DEFECT), None

    async def _worked(self, folder: Path) -> tuple[Outcome | SystemOutcome, bytes | None]:
        draft = self.draft
        if not await self._lay_out(folder):
            return self._failure(WITHOUT_FILE), None
        order = Order(
            act=draft.act, name=draft.name, register=draft.register, url=self.kernel.settings.base_url,
            language=self.language, mapping=draft.mapping, sheet=draft.sheet,
            header_line=draft.header_line, record=draft.record,
        )  # fmt: skip
        (folder / "order.json").write_bytes(msgspec.json.encode(order))
        job = gzip.compress(msgspec.json.encode(Job(str(folder), self.token)), 1)
        async with _room_of(self.kernel), asyncio.timeout(self.kernel.settings.worker_seconds):
            await self.kernel.workers.run(SYSTEMS if draft.is_of_system else TABLES, job, self._note)
        outcome = self._read_outcome((folder / "outcome.json").read_bytes())
        refused = folder / "refused.csv"
        return outcome, await asyncio.to_thread(_compressed, refused) if refused.exists() else None

    async def _lay_out(self, folder: Path) -> bool:
        """The files of the order in the folder; whether they are all there."""
        if not self.draft.is_of_system:
            return await self._fetched(self.draft.sha256, folder / "file")
        (folder / "sent").mkdir()
        for at, file in enumerate(self.draft.wishes.files):
            if not await self._fetched(file.sha256, folder / "sent" / str(at)):
                return False
        return True

    async def _fetched(self, sha256: str, path: Path) -> bool:
        store = self.kernel.store
        content = await contents.content_of(store, sha256)
        if content is None or await contents.upload_of(store, sha256, self.owner) is None:
            return False
        with path.open("wb") as file:
            async for piece in contents.pieces(store, content, 0, content.size):
                await asyncio.to_thread(file.write, piece)
        return True

    def _read_outcome(self, content: bytes) -> Outcome | SystemOutcome:
        draft = self.draft
        outcome: Outcome | SystemOutcome
        before: Outcome | SystemOutcome | None
        if draft.is_of_system:
            outcome, before = msgspec.json.decode(content, type=SystemOutcome), draft.system_outcome
            outcome.record = outcome.record or draft.record
        else:
            outcome, before = msgspec.json.decode(content, type=Outcome), draft.outcome
            self._keep_what_was_said(outcome)
        if draft.act == "undo" and before is not None:
            before.undone, before.failure = outcome.undone, outcome.failure
            return before
        return outcome

    def _keep_what_was_said(self, outcome: Outcome) -> None:
        """Why a column was proposed so, and which sheets there are, is known from the first look at the same table."""
        before = self.draft.outcome
        if before is None or not self.draft.mapping:
            return
        outcome.record = outcome.record or before.record
        about = {column.name: column.about for column in before.columns}
        for column in outcome.columns:
            column.about = column.about or about.get(column.name, "")
        outcome.sheets = outcome.sheets if len(outcome.sheets) > 1 else before.sheets

    def _note(self, progress: Progress) -> None:
        self.at = progress

    def _failure(self, text: str) -> Outcome | SystemOutcome:
        """The outcome before this one, with why there is no other: the mapping is still to be seen."""
        if self.draft.is_of_system:
            of_system = self.draft.system_outcome or SystemOutcome(kind=self.draft.wishes.kind)
            of_system.failure = str(in_language(text, self.language))
            return of_system
        before = self.draft.outcome or Outcome()
        before.failure = str(in_language(text, self.language))
        before.mapping = self.draft.mapping or before.mapping
        return before


def _folder(data: Path) -> "TemporaryDirectory[str]":
    """A folder of this user's alone. What a killed process has left is taken out a day later."""
    for old in data.glob(f"{PREFIX}*"):
        with suppress(FileNotFoundError):
            if old.stat().st_mtime * 1_000_000 < machine_micros() - drafts.LASTS_US:
                rmtree(old, ignore_errors=True)
    return TemporaryDirectory(prefix=PREFIX, dir=data)


def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)


def _room_of(kernel: Serving) -> asyncio.Semaphore:
    """So many imports run at a time in this process."""
    return _rooms.setdefault(kernel.tokens, asyncio.Semaphore(AT_A_TIME))

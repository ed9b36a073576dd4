"""The moves of rows, sent once all records of a day are in: what is summed over parts is then.

Of a trial nothing is there yet. So each row is sent again before its moves, in one batch with them.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from services.imports.results import is_passing
from services.imports.server import PATIENCE_S
from services.imports.tables.judging import NOT_IMPORTED, WITHOUT_IT
from services.imports.tables.moving import IN_PORTOLAN, called_move
from services.imports.tables.sending import BATCH, PAUSE_S, Item, RowSender
from services.imports.tables.spool import JudgedRow
from shared.base.texts import Text

Result = dict[str, Any]
WITH_MOVES = "day = ? AND moves IS NOT NULL AND fate IN ('new', 'changed')"


@dataclass
class MoveSender:
    """Makes the moves of rows whose records are in."""

    rows: RowSender

    async def send(self, day: str) -> None:
        """The moves of the rows of a day, those above before those below."""
        levels = f"SELECT DISTINCT level FROM row WHERE {WITH_MOVES} ORDER BY level"
        for (level,) in self.rows.spool.db.execute(levels, (day,)).fetchall():
            for some in self.rows.spool.chunks(BATCH, f"{WITH_MOVES} AND level = ?", day, level):
                await self._send(some)

    async def _send(self, some: list[JudgedRow]) -> None:
        until = monotonic() + PATIENCE_S
        pending = [_Moving(row, self._base(row), self._standing(row)) for row in some if self._is_tried(row)]
        self.rows.progress("sent", sum(not self.rows.is_written(row) for row in some))
        while pending:
            waiting: list[_Moving] = []
            for portion in _portions(pending):
                items: list[Item] = []
                for one in portion:
                    items += one.items(len(items))
                results = iter(await self.rows.post(items, until))
                for one in portion:
                    own = [next(results) for _ in range(one.count)]
                    if self._settle(one, own, is_patient=monotonic() < until):
                        waiting.append(one)
            pending = waiting
            if pending:
                await asyncio.sleep(PAUSE_S)

    def _is_tried(self, row: JudgedRow) -> bool:
        """Whether the moves can be tried: of a trial not those of a record that an earlier day of the file makes."""
        if not self.rows.validate_only or row.fate == "new" or row.id:
            return True
        if not self.rows.is_written(row):
            self.rows.accept(row)
        return False

    def _base(self, row: JudgedRow) -> list[Item]:
        """What a trial sends before the moves: all that the row would have written. Without what is not made yet."""
        if not self.rows.validate_only or not self.rows.is_written(row):
            return []
        return self.rows.with_return(self.rows.item(row, without=row.names))

    def _standing(self, row: JudgedRow) -> tuple[str, int]:
        """The id and the version of the record, as this import has left it."""
        sent = self.rows.spool.db.execute(
            "SELECT id, COALESCE(sent_version, version) FROM row WHERE n = ?", (row.n,)
        ).fetchone()
        standing = self.rows.spool.db.execute(
            "SELECT id, version FROM there WHERE key = ?", (row.key,)
        ).fetchone()
        id, version = standing if standing is not None and standing[0] else sent
        return id or "", version or 0

    def _settle(self, one: "_Moving", results: Sequence[Result], *, is_patient: bool) -> bool:
        """Note what became of the moves of a row; whether some are to be sent again."""
        row, base = one.row, len(one.base)
        if any("problem" in result for result in results[:base]):
            return False  # the record itself was judged before: this trial lacks what it names
        moves = results[base:]
        done = next((n for n, result in enumerate(moves) if "problem" in result), len(moves))
        if done and not self.rows.validate_only:
            resource = moves[done - 1]["resource"]
            one.go_on(done, resource["id"], resource["version"])
            self.rows.spool.note_sent(row, resource["id"], resource["version"])
        one.is_moved = one.is_moved or done > 0
        if done < len(moves) and is_passing(moves[done]["problem"]) and is_patient:
            return True
        if done < len(moves):
            verb, body = one.row.moves[one.done if not self.rows.validate_only else done]
            self._say_refused(one, verb, body, moves[done]["problem"])
        if one.is_moved and not self.rows.is_written(row):
            self.rows.accept(row)
        return False

    def _say_refused(self, one: "_Moving", verb: str, body: dict[str, Any], problem: Result) -> None:
        row, mover = one.row, self.rows.moves.mover
        path = next((path for path in body if path in mover.members), mover.state)
        is_lost_whole = not one.is_moved and not self.rows.is_written(row)
        reason = Text("{move}: {detail}", move=called_move(mover.kind, verb), detail=problem["detail"])
        column = self.rows.by_path.get(path)
        row.reasons.append(
            Text("{column}: {reason}", column=column.name, reason=reason) if column else reason
        )
        done = NOT_IMPORTED if is_lost_whole else WITHOUT_IT
        self.rows.say(row, problem["code"], reason, done, path, IN_PORTOLAN)
        if is_lost_whole:
            self.rows.refuse(row)
        else:
            self.rows.spool.write(row)


@dataclass
class _Moving:
    """A row with the moves that are still to be made."""

    row: JudgedRow
    base: list[Item]
    standing: tuple[str, int]
    done: int = 0
    is_moved: bool = False

    @property
    def count(self) -> int:
        return len(self.base) + len(self.row.moves) - self.done

    def items(self, start: int) -> Iterator[Item]:
        """Each move builds on the one before it; `start` is the place of the first in the batch."""
        yield from self.base
        place = start + len(self.base)
        on: Item = {"item": place - 1} if self.base else {"id": self.standing[0], "version": self.standing[1]}
        for verb, body in self.row.moves[self.done :]:
            yield on | {"move": verb, "body": body}
            on = {"item": place}
            place += 1

    def go_on(self, done: int, id: str, version: int) -> None:
        self.done += done
        self.standing = (id, version)


def _portions(pending: Sequence[_Moving]) -> Iterator[list[_Moving]]:
    """As many rows as a batch has items for."""
    some: list[_Moving] = []
    for one in pending:
        if some and sum(other.count for other in some) + one.count > BATCH:
            yield some
            some = []
        some.append(one)
    if some:
        yield some

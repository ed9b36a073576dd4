"""`portolan backup` and `portolan restore`: all stores at one moment, and their way back."""

import asyncio
import sqlite3
from collections.abc import Coroutine
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from services.cli.instance import data_option
from shared.base.settings import settings_of
from shared.base.starting import CannotStart

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=FOLDER)
@data_option
def backup(folder: Path, data: Path | None) -> None:
    """Copy all stores and keys into FOLDER, as they are at one moment; the instance may run meanwhile."""
    from services.backup import back_up

    _run_and_report(back_up(settings_of(data=data), folder), f"kept in {folder}")


@click.command()
@click.argument("folder", type=FOLDER)
@data_option
def restore(folder: Path, data: Path | None) -> None:
    """Bring the backup in FOLDER back as a new instance; start it when this is done.

    With PORTOLAN_DATABASE_URL set it goes into PostgreSQL: so an instance moves from one process to several.
    """
    from services.backup import restore as bring_back

    settings = settings_of(data=data)
    _run_and_report(
        bring_back(settings, folder), f"restored; `portolan verify --data {settings.data}` compares"
    )


def _run_and_report(work: Coroutine[Any, Any, dict[str, int]], done: str) -> None:
    import asyncpg
    from aiokafka.errors import KafkaError
    from sqlalchemy.exc import DBAPIError

    from services.backup import NotKept
    from shared.store.sqlite import is_damage

    started = perf_counter()
    try:
        positions = asyncio.run(work)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            raise CannotStart(f"a store cannot be used: it is damaged ({error})") from error
        raise click.ClickException(str(error)) from error
    except DBAPIError as error:  # while the tables of the copy are made: a full disk, say
        raise click.ClickException(f"the copy cannot be written: {error.orig}") from error
    except (NotKept, OSError, asyncpg.PostgresError, KafkaError) as reason:
        raise click.ClickException(str(reason)) from reason
    for service, position in positions.items():
        click.echo(f"{service}: {position} events")
    click.echo(f"{done}, in {perf_counter() - started:.1f} s")

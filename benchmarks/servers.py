"""The servers that are measured, each a process of its own on one core: `python -m benchmarks.servers NAME …`."""

import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel


class Body(BaseModel):
    """What the bare echo takes: the same members as the measured write."""

    name: str
    description: str = ""
    planned_start_on: str | None = None
    planned_finish_on: str | None = None
    planned_cost: dict[str, str] | None = None


def bare() -> FastAPI:
    """The yardstick: a bare FastAPI POST echo and GET hello."""
    app = FastAPI()

    @app.post("/echo")
    async def echo(body: Body) -> Body:
        return body

    @app.get("/hello")
    async def hello() -> dict[str, str]:
        return {"hello": "world"}

    return app


def plain_sessions(folder: Path) -> FastAPI:
    """The usual way: a SQLModel session a request, rows validated into models, a list answered through FastAPI."""
    from sqlmodel import Field, Session, SQLModel, create_engine, select

    class Plain(SQLModel, table=True):
        id: int | None = Field(default=None, primary_key=True)
        code: str
        name: str
        description: str
        stage: str
        planned_start_on: str
        planned_finish_on: str
        planned_amount: str
        planned_currency: str

    engine = create_engine(f"sqlite:///{folder}/plain.sqlite")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        for n in range(200):
            session.add(
                Plain(
                    code=f"PRJ-{n:04d}",
                    name="A project",
                    description="d" * 1500,
                    stage="proposed",
                    planned_start_on="2026-01-01",
                    planned_finish_on="2026-12-31",
                    planned_amount="1234.50",
                    planned_currency="CHF",
                )
            )
        session.commit()
    app = FastAPI()

    @app.get("/plain")
    def plain(limit: int = 100) -> list[Plain]:
        with Session(engine) as session:
            return list(session.exec(select(Plain).order_by(Plain.id).limit(limit)))  # type: ignore[arg-type]

    return app


@asynccontextmanager
async def projects(folder: Path, database_url: str) -> AsyncIterator[Any]:
    """The projects service alone, everything on."""
    from services.projects.service import SERVICE
    from shared.base.settings import Settings
    from shared.base.telemetry import LOG
    from shared.http.auth import Tokens
    from shared.runtime.memory import freeze_modules, keep_freed_memory
    from shared.runtime.running import opened

    keep_freed_memory()
    settings = Settings(data=folder, database_url=database_url)
    LOG.stream = (folder / "log.jsonl").open("a")
    async with opened(SERVICE, settings, Tokens(settings)) as one:
        freeze_modules()
        yield one.app


async def _serve(name: str, port: int, folder: Path, database_url: str) -> None:
    """Ours behind its own door, as it is deployed; the yardsticks as uvicorn serves any application."""
    if name == "projects":
        from shared.runtime.serve import serving, told_to_end

        async with projects(folder, database_url) as app, serving(app, "127.0.0.1", port):
            await told_to_end()
        return
    config = {"port": port, "lifespan": "off", "log_level": "warning", "access_log": False}
    app = bare() if name == "bare" else plain_sessions(folder)
    await uvicorn.Server(uvicorn.Config(app, **config)).serve()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(name: str, database_url: str = "") -> Iterator[tuple[int, Path]]:
    """(port, data folder) of a server on the first core, ended afterwards by its process id."""
    port = free_port()
    with TemporaryDirectory(prefix="portolan-bench-") as folder:
        arguments = [sys.executable, "-m", "benchmarks.servers", name, str(port), folder, database_url]
        process = subprocess.Popen(arguments)
        try:
            _wait_for(port, process)
            yield port, Path(folder)
        finally:
            process.terminate()
            process.wait(20)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = monotonic() + 30
    while monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.05)
    raise RuntimeError("the server did not start")


def on_core(number: int) -> None:
    """Pin this process, where the system can."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > number:
        os.sched_setaffinity(0, {number})


if __name__ == "__main__":
    import uvloop

    on_core(0)
    _, chosen, at, where, url = sys.argv
    uvloop.run(_serve(chosen, int(at), Path(where), url))

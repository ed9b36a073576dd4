"""The portfolio of new projects: the one that is called so, or a new one."""

from services.imports.breakdown.drafts import Drafts
from services.imports.breakdown.present import PORTFOLIOS
from services.imports.breakdown.texts import line_of
from services.imports.server import ImportFailed
from services.imports.upserts import Sender, Stage, Tally, Upsert
from shared.base.text import folded
from shared.base.texts import Text


async def send(sender: Sender, drafts: Drafts) -> Tally:
    """Find the portfolio that the caller names, or make it. Raises ImportFailed where two are called so."""
    name = drafts.portfolio = line_of(drafts.portfolio)
    same: list[str] = []
    if name:
        async for page in sender.server.pages(f"/{PORTFOLIOS}"):
            same += [one["id"] for one in page if folded(one["name"]) == folded(name)]
    if len(same) > 1:
        raise ImportFailed(
            Text("{count} portfolios are called {name}: rename one of them", count=len(same), name=name)
        )
    if same:
        sender.ids[PORTFOLIOS, name] = same[0]
    upserts = [Upsert(name[:200], {"name": name}, "", 0)] if name and not same else []
    return await sender.send(Stage("portfolios", PORTFOLIOS, upserts))

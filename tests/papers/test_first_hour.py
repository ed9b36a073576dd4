"""The commands of the first hour do what the page says, against a running instance."""

import asyncio
import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from shared.runtime.serve import serving
from tests.conftest import Portolan

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "your-first-hour.md"
PATIENCE_S = 60.0


def script(url: str, token: str) -> str:
    """The page's commands in one shell; what depends on the instance is put in."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    text = "".join(block for block in blocks if not block.startswith("make "))
    for name, value in (("TOKEN", token), ("URL", url)):
        text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert count == 1, name
    return text.replace(".venv/bin/python", shlex.quote(sys.executable))


@pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="the page uses a shell and curl"
)
async def test_the_commands_lead_to_a_project_with_earned_value(portolan: Portolan) -> None:
    async with serving(portolan.running, "127.0.0.1", 0) as url:
        shell = await asyncio.create_subprocess_exec(
            "bash", "-euc", script(url, portolan.token("director")),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            output, errors = await asyncio.wait_for(shell.communicate(), PATIENCE_S)
        finally:
            if shell.returncode is None:
                shell.kill()
    assert (shell.returncode, errors) == (0, b""), output
    await portolan.settled()
    [sheet] = (await portolan().get("/reporting/v1/projects")).json()["items"]
    value = (await portolan().get(f"/finance/v1/projects/{sheet['project']['id']}/earned-value")).json()
    assert sheet["stage"] == "active"
    assert (value["ev"]["amount"], value["ac"]["amount"]) == ("48000.00", "36000.00")

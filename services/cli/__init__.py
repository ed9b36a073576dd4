"""The command `portolan`: run everything, bring a portfolio in, log in, verify and rebuild, keep and bring back."""

from typing import Any

import click

from services.cli.backup import backup, restore
from services.cli.clock import clock
from services.cli.dead_letters import dead_letters
from services.cli.exports import export_
from services.cli.import_folder import folder
from services.cli.import_plans import jira, plans, project_online
from services.cli.import_templates import template
from services.cli.imports import import_
from services.cli.login_link import login_link
from services.cli.mail import mail
from services.cli.rebuild import rebuild
from services.cli.token import token
from services.cli.trial import trial
from services.cli.up import up
from services.cli.verify import verify
from shared.base.starting import told_plainly
from shared.base.version import VERSION


class Plain(click.Group):
    """If a command cannot start, one sentence says why, for every command."""

    def invoke(self, ctx: click.Context) -> Any:
        with told_plainly():
            return super().invoke(ctx)


@click.group(cls=Plain)
@click.version_option(VERSION, prog_name="portolan")
def main() -> None:
    """Portolan: the chart room of an IT project director."""


main.add_command(up)
main.add_command(import_)
main.add_command(export_)
for import_command in (template, plans, project_online, jira, folder):
    import_.add_command(import_command)
main.add_command(token)
main.add_command(trial)
main.add_command(login_link)
main.add_command(verify)
main.add_command(dead_letters)
main.add_command(mail)
main.add_command(rebuild)
main.add_command(backup)
main.add_command(restore)
main.add_command(clock)

"""``bootctl help``: it needs no project, and no settings that are valid."""

from typing import Any

import click

from bootctl.cli import completing, process
from bootctl.cli.commands.helps import Command


@click.command("help", cls=Command)
@click.argument("topic", required=False, shell_complete=completing.topics)
@click.option("--project", default=".", metavar="PATH", help="Taken, and not needed.")
@click.option("--set", "assignments", metavar="KEY=VALUE", multiple=True, help="Likewise.")
def help_(topic: str | None, **_: Any) -> None:
    """Explain TOPIC: an exit code, an event, a setting or a command."""
    process.begin()
    parent = click.get_current_context().parent
    assert parent is not None
    commands = parent.command
    assert isinstance(commands, click.Group)
    if topic is None:
        click.echo(parent.get_help())
    elif topic in commands.commands:
        asked = commands.commands[topic]
        click.echo(asked.get_help(click.Context(asked, parent=parent, info_name=topic)))
    else:
        from bootctl.cli import topics

        click.echo(topics.explained(topic))

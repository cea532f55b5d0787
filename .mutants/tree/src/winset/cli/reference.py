"""The command line's reference page, made from the commands themselves."""

import click

from winset.cli import cli

_HEAD = """\
# Command line

Made by `python -m winset.cli.reference`; a test compares it with the commands.

CASE is a case folder, or the name of a shipped case. Errors are sentences on standard error with
exit status 1; wrong usage exits with 2. Every command that prints results takes `--json`: numbers
unrounded, what is unknown as `null`. `docs/forecast.schema.json` describes what
`winset forecast --json` prints. A file that a command writes must have an ending that fits what
is written, such as `.html` for a report and `.npz` for draws; any other is refused before anything
is done.

Completion of commands, cases and models: for bash, add
`eval "$(_WINSET_COMPLETE=bash_source winset)"` to `~/.bashrc`; for zsh and fish, put their name in
place of `bash`.
"""


def reference_page() -> str:
    """Return the page as Markdown."""
    parts = [_HEAD]
    for path, command in _commands(cli, ["winset"]):
        group = click.Context(cli, info_name=" ".join(path[:-1]), **cli.context_settings)
        context = click.Context(command, parent=group, info_name=path[-1], terminal_width=80)
        parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _commands(command: click.Command, path: list[str]) -> list[tuple[list[str], click.Command]]:
    if not isinstance(command, click.Group):
        return [(path, command)]
    context = click.Context(command)
    return [
        entry
        for name in sorted(command.list_commands(context))
        if (inner := command.get_command(context, name)) is not None
        for entry in _commands(inner, [*path, name])
    ]


if __name__ == "__main__":
    click.echo(reference_page(), nl=False)

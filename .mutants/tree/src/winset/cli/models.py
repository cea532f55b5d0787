"""Which models there are, and what each can do."""

import click


@click.command("models")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def models(as_json: bool) -> None:
    """List the models, winset's own and those that installed packages add."""
    from winset.cli.printing import heading, print_json, say
    from winset.models import MODELS, make_model
    from winset.models.capabilities import abilities

    rows = [
        {
            "name": name,
            "idea": kind.idea,
            "source": getattr(kind, "source", ""),
            "package": MODELS.package(name) or "winset",
            "can": list(abilities(make_model(name))),
        }
        for name, kind in MODELS.items()
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        foreign = "" if row["package"] == "winset" else f" (package {row['package']})"
        heading(f"{row['name']}{foreign}")
        say(str(row["idea"]), indent="  ")
        if row["source"]:
            say(f"source: {row['source']}", indent="  ")
        if row["can"]:
            say(f"can also: {', '.join(row['can'])}", indent="  ")

"""Commands that forecast."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from winset.cli.case import CASE
from winset.cli.coding import AS_OF
from winset.cli.coding import opened as open_as_of
from winset.cli.outputs import CSV, DRAWS_FILE, REPORT
from winset.errors import WinsetError
from winset.models import defaults

if TYPE_CHECKING:
    import datetime

    from winset.case.model import Case
    from winset.forecast.forecast import Forecast
    from winset.models import Model

DRAWS = click.option("--draws", type=click.IntRange(1), default=defaults.DRAWS, show_default=True)
SEED = click.option("--seed", type=click.IntRange(0), default=defaults.SEED, show_default=True)
SET = click.option(
    "--set", "settings", multiple=True, metavar="PARAM=VALUE", help="A parameter of the model."
)
RAW = click.option(
    "--raw", is_flag=True, help="Leave out what is known of the errors of such forecasts."
)


@click.command()
@CASE
@click.option("--model", "name", metavar="NAME", help="Model, or “all”; by default what fits.")
@SET
@DRAWS
@SEED
@click.option("--scenario", metavar="NAME", help="A scenario of the case.")
@AS_OF
@RAW
@click.option(
    "--calibration",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Calibrate by this file (`winset calibrate`) instead of the package's own.",
)
@click.option("--report", type=REPORT, help="Write a self-contained HTML report.")
@click.option("--save", type=DRAWS_FILE, help="Save the draws (.npz), to load or repeat.")
@click.option("--rounds", type=CSV, help="Write every round's positions (.csv).")
@click.option("--cluster", metavar="PLACE", help="Solve with Dask: local, local:4, tcp://…:8786.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where a long run keeps what it has; by default in the user's cache.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def forecast(
    case: str,
    name: str | None,
    settings: tuple[str, ...],
    draws: int,
    seed: int,
    scenario: str | None,
    day: "datetime.date | None",
    raw: bool,
    calibration: Path | None,
    report: Path | None,
    save: Path | None,
    rounds: Path | None,
    cluster: str | None,
    resume: Path | None,
    as_json: bool,
) -> None:
    """Forecast CASE: is there an agreement, where does it settle, how sure is that.

    A run of more than 262,144 draws adds them up instead of keeping them. Stopped at any moment,
    it goes on from there when the same command is given again.
    """
    from winset.cli.choosing import choice_sentence, tell_choice
    from winset.cli.printing import print_json, say
    from winset.cli.runs import kept_in, running
    from winset.explain.background import look_behind, needed
    from winset.forecast.calibration import read_fitted
    from winset.forecast.forecast import forget_run, make_forecast
    from winset.models import default_model, find_model, fitting_models, rounds_models
    from winset.models.compiled_code import expect

    if raw and calibration is not None:
        raise WinsetError("--raw and --calibration exclude each other")
    fitted = None if calibration is None else read_fitted(calibration)
    opened = open_as_of(case, day)
    if name == "all":
        if settings or save or rounds:
            raise WinsetError("--set, --save and --rounds go with one model, not with all")
        models: list[Model] = fitting_models(opened)
    else:
        usual = default_model(opened) if rounds is None else rounds_models()[0]
        models = [find_model(name or usual, settings_of(settings))]
    expect(needed(models))
    kept = kept_in(resume, draws=draws, rounds=rounds is not None, models=len(models))
    made = []
    with running(draws * len(models), cluster=cluster, kept=kept, bar=not as_json) as (run, done):
        for model in models:
            made.append(
                make_forecast(
                    opened, model, draws=draws, seed=seed, scenario=scenario,
                    raw=raw, fitted=fitted, workers=run, resume=kept, progress=done,
                )
            )  # fmt: skip
    if rounds is not None:
        _write_rounds(opened, models[0], made[0], rounds)
    if save is not None:
        made[0].save(save)
    if report is not None:
        from winset.report import write_report

        write_report(report, opened, made)
    choice = choice_sentence(opened, name, rounds=rounds is not None)
    if as_json:
        from winset.explain.forecast_json import forecast_json

        tell_choice(choice)
        shown = [
            forecast_json(opened, f, look_behind(opened, f, structure=True, curves=False))
            for f in made
        ]
        print_json(shown if name == "all" else shown[0])
    else:
        from winset.cli.forecast_text import print_forecasts
        from winset.explain.answers import answers
        from winset.explain.headline import headline

        speaker = _speaker(opened, made)
        findings = look_behind(opened, speaker, structure=True, curves=False)
        lines = headline(opened, speaker, findings).sentences
        print_forecasts(
            opened, made, lines=lines, said=answers(opened, speaker, findings), findings=findings
        )
        if choice:
            say(choice)
        for kind, path in (("report", report), ("draws", save), ("rounds", rounds)):
            if path is not None:
                click.echo(f"{kind}: {path}")
    if kept is not None:
        for each in made:
            forget_run(each, kept)


def settings_of(settings: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters that ``--set`` gives, by name."""
    pairs = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes PARAM=VALUE; found {setting}")
        pairs[name.strip().replace("-", "_")] = value.strip()
    return pairs


def _write_rounds(case: "Case", model: "Model", made: "Forecast", path: Path) -> None:
    from winset.case.folder import write_file
    from winset.forecast.rounds_table import rounds_table
    from winset.models import has_rounds

    if not has_rounds(model):
        raise WinsetError(f"model “{model.name}” plays no rounds; leave --rounds out")
    write_file(path, rounds_table(case, model, made).encode())


def _speaker(case: "Case", made: "list[Forecast]") -> "Forecast":
    """Return the forecast that answers the questions: the default model's, if it is there."""
    from winset.models import default_model

    wanted = default_model(case)
    return next((forecast for forecast in made if forecast.made.model == wanted), made[0])


@click.command()
@CASE
@click.option("--scenario", "scenarios", multiple=True, metavar="NAME", help="Two or more.")
@click.option("--model", "name", metavar="NAME")
@SET
@DRAWS
@SEED
@AS_OF
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def compare(
    case: str,
    scenarios: tuple[str, ...],
    name: str | None,
    settings: tuple[str, ...],
    draws: int,
    seed: int,
    day: "datetime.date | None",
    as_json: bool,
) -> None:
    """Compare scenarios of CASE draw by draw; “base” is the case as coded."""
    from winset.cli.choosing import chosen_model
    from winset.cli.printing import heading, print_json, say
    from winset.forecast.scenario_effects import compare as compared

    opened = open_as_of(case, day)
    if len(scenarios) < 2:
        known = ", ".join(["base", *(s.id for s in opened.scenarios)])
        raise click.UsageError(f"give --scenario twice or more; this case has {known}")
    model = chosen_model(opened, name, settings_of(settings))
    found = compared(opened, model, scenarios, draws=draws, seed=seed)
    if as_json:
        print_json({"made": [f.made for f in found.forecasts], "effects": found.effects})
        return
    heading(f"{opened.title}: {model.name}, {draws:,} draws")
    for issue in opened.issues:
        _print_issue(opened, issue.id, found, scenarios)
    if any(effect.part for effect in found.effects):
        say("· marks what a scenario does through one channel alone.")
    say(
        "Every scenario sees the same draws. Medians and 80 % ranges are the model's own, without "
        "its known errors; a forecast's are wider. ± is the Monte Carlo standard error of the mean "
        "difference, its 80 % range what differs between draws."
    )


def _print_issue(case: "Case", issue: str, found: Any, scenarios: tuple[str, ...]) -> None:
    from winset.cli.printing import interval, number, say, share, table

    click.echo()
    say(case.issue(issue).title)
    table(
        ["scenario", "P(agreement)", "own median", "own 80 %"],
        [
            [
                name,
                "assumed" if (agreed := made.agreed(issue)) is None else share(agreed[0]),
                number(made.quantile(issue, 0.5)),
                interval(made.quantile(issue, 0.1), made.quantile(issue, 0.9)),
            ]
            for name, made in zip(scenarios, found.forecasts, strict=True)
        ],
        align="lrrr",
    )
    click.echo()
    table(
        ["against " + scenarios[0], "P(agreement)", "80 %", "settlement", "80 %"],
        [
            [
                f"· {e.name}" if e.part else e.name,
                *_cells(e.agreement, 3),
                *_cells(e.settlement, 1),
            ]
            for e in found.effects
            if e.issue == issue
        ],
        align="lrrrr",
    )


def _cells(difference: Any, digits: int) -> tuple[str, str]:

    if difference is None or difference.value != difference.value:
        return "–", ""
    value = f"{difference.value:+.{digits}f} ± {difference.error:.1g}"
    return value, f"{difference.low:+.{digits}f} to {difference.high:+.{digits}f}"

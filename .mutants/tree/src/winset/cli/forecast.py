"""Commands that forecast."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from winset.cli.case import CASE
from winset.cli.coding import AS_OF
from winset.cli.coding import opened as open_as_of
from winset.cli.outputs import CSV, DRAWS_FILE, REPORT
from winset.cli.workers import CLUSTER_GONE, RESUME_GONE
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
@CLUSTER_GONE
@RESUME_GONE
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
    as_json: bool,
) -> None:
    """Forecast CASE: is there an agreement, where does it settle, how sure is that."""
    from winset.cli.bar import progress_bar
    from winset.cli.choosing import choice_sentence, tell_choice
    from winset.cli.printing import print_json, say
    from winset.explain.background import look_behind, needed
    from winset.forecast.calibration import read_fitted
    from winset.forecast.forecast import make_forecast
    from winset.models import default_model, find_model, fitting_models, rounds_models
    from winset.models.compiled_code import expect

    if raw and calibration is not None:
        raise WinsetError("--raw and --calibration exclude each other")
    fitted = None if calibration is None else read_fitted(calibration)
    opened_case = open_as_of(case, day)
    if name == "all":
        if settings or save or rounds:
            raise WinsetError("--set, --save and --rounds go with one model, not with all")
        models: list[Model] = fitting_models(opened_case)
    else:
        usual = default_model(opened_case) if rounds is None else rounds_models()[0]
        models = [find_model(name or usual, settings_of(settings))]
    expect(needed(models))
    forecasts = []
    with progress_bar(draws * len(models), not as_json) as done:
        for model in models:
            forecasts.append(
                make_forecast(
                    opened_case, model, draws=draws, seed=seed, scenario=scenario,
                    raw=raw, fitted=fitted, progress=done,
                )
            )  # fmt: skip
    if rounds is not None:
        _write_rounds(opened_case, models[0], forecasts[0], rounds)
    if save is not None:
        forecasts[0].save(save)
    if report is not None:
        from winset.report import write_report

        write_report(report, opened_case, forecasts)
    choice = choice_sentence(opened_case, name, rounds=rounds is not None)
    if as_json:
        from winset.explain.forecast_json import forecast_json

        tell_choice(choice)
        documents = [
            forecast_json(opened_case, f, look_behind(opened_case, f, structure=True, curves=False))
            for f in forecasts
        ]
        print_json(documents if name == "all" else documents[0])
    else:
        from winset.cli.forecast_text import print_forecasts
        from winset.explain.answers import answers
        from winset.explain.headline import headline

        speaker = _answering(opened_case, forecasts)
        findings = look_behind(opened_case, speaker, structure=True, curves=False)
        lines = headline(opened_case, speaker, findings).sentences
        print_forecasts(
            opened_case,
            forecasts,
            lines=lines,
            answers=answers(opened_case, speaker, findings),
            findings=findings,
        )
        if choice:
            say(choice)
        for kind, path in (("report", report), ("draws", save), ("rounds", rounds)):
            if path is not None:
                click.echo(f"{kind}: {path}")


def settings_of(settings: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters that ``--set`` gives, by name."""
    pairs = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals:
            raise click.UsageError(f"--set takes PARAM=VALUE; found {setting}")
        pairs[name.strip().replace("-", "_")] = value.strip()
    return pairs


def _write_rounds(case: "Case", model: "Model", rounds_forecast: "Forecast", path: Path) -> None:
    from winset.case.folder import write_file
    from winset.forecast.rounds_table import rounds_table
    from winset.models import has_rounds

    if not has_rounds(model):
        raise WinsetError(f"model “{model.name}” plays no rounds; leave --rounds out")
    write_file(path, rounds_table(case, model, rounds_forecast).encode())


def _answering(case: "Case", forecasts: "list[Forecast]") -> "Forecast":
    """Return the forecast that answers the questions: the default model's, if it is there."""
    from winset.models import default_model

    wanted = default_model(case)
    return next((forecast for forecast in forecasts if forecast.made.model == wanted), forecasts[0])


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

    opened_case = open_as_of(case, day)
    if len(scenarios) < 2:
        known = ", ".join(["base", *(s.id for s in opened_case.scenarios)])
        raise click.UsageError(f"give --scenario twice or more; this case has {known}")
    model = chosen_model(opened_case, name, settings_of(settings))
    comparison = compared(opened_case, model, scenarios, draws=draws, seed=seed)
    if as_json:
        print_json({"made": [f.made for f in comparison.forecasts], "effects": comparison.effects})
        return
    heading(f"{opened_case.title}: {model.name}, {draws:,} draws")
    for issue in opened_case.issues:
        _print_issue(opened_case, issue.id, comparison, scenarios)
    if any(effect.part for effect in comparison.effects):
        say("· marks what a scenario does through one channel alone.")
    say(
        "Every scenario sees the same draws. Medians and 80 % ranges are the model's own, without "
        "its known errors; a forecast's are wider. ± is the Monte Carlo standard error of the mean "
        "difference, its 80 % range what differs between draws."
    )


def _print_issue(case: "Case", issue: str, comparison: Any, scenarios: tuple[str, ...]) -> None:
    from winset.cli.printing import interval, number, say, share, table

    click.echo()
    say(case.issue(issue).title)
    table(
        ["scenario", "P(agreement)", "own median", "own 80 %"],
        [
            [
                name,
                "assumed" if (agreed := forecast.agreed(issue)) is None else share(agreed[0]),
                number(forecast.quantile(issue, 0.5)),
                interval(forecast.quantile(issue, 0.1), forecast.quantile(issue, 0.9)),
            ]
            for name, forecast in zip(scenarios, comparison.forecasts, strict=True)
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
            for e in comparison.effects
            if e.issue == issue
        ],
        align="lrrrr",
    )


def _cells(difference: Any, digits: int) -> tuple[str, str]:

    if difference is None or difference.value != difference.value:
        return "–", ""
    value = f"{difference.value:+.{digits}f} ± {difference.error:.1g}"
    return value, f"{difference.low:+.{digits}f} to {difference.high:+.{digits}f}"

"""Every view, by name: whoever adds one adds its module here."""

from winset.errors import nearest
from winset.web.server.error_responses import RefusedError
from winset.web.views import backtest, claims, driving, games, levers, models, rounds, sealed
from winset.web.views.kind import ViewKind

OF_A_CASE: dict[str, ViewKind] = {
    kind.name: kind
    for kind in (
        models.KIND, rounds.KIND, games.KIND, driving.KIND, levers.KIND, claims.KIND, sealed.KIND,
    )
}  # fmt: skip
BACKTEST = backtest.KIND


def kind_of(name: str) -> ViewKind:
    """Return the view of a case that is called ``name``.

    Raises:
        RefusedError: with status 404 when there is none, with the nearest one.
    """
    if name not in OF_A_CASE:
        raise RefusedError(404, f"There is no view “{name}”; {nearest(name, OF_A_CASE)}")
    return OF_A_CASE[name]

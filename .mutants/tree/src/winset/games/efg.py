"""Games as ``.efg`` files, the format of Gambit (gambitproject.org) for trees."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from winset.errors import WinsetError
from winset.games.solve import PlayedGame


def efg_text(played: PlayedGame) -> str:
    """Return the game as Gambit reads it, each payoff the mean of its draws.

    The equilibrium of the mean payoffs is near the mean of the draws' equilibria, not the same: a
    game played without ranges is exported as it is. Precision is no part of the format; its mean
    stands in the comment, which also says how the game was played.

    Raises:
        WinsetError: when a payoff is infinite, which the format cannot say.
    """
    game, provenance = played.game, played.made
    players = list(game.players)
    number = {end.id: k for k, end in enumerate(game.ends, start=1)}
    nodes = {node.id: node for node in game.nodes}
    outcomes = {end.id: _outcome(played, end.id, players) for end in game.ends}
    actors = ", ".join(f"{player}: {actor}" for player, actor in game.players.items())
    comment = (
        f"Game {game.name} of the case {provenance.case} ({provenance.as_of}), "
        f"scenario {provenance.scenario}. "
        f"Players: {actors}. Payoffs: means of {played.draws} draws, seed {provenance.seed}. "
        f"Mean precision: {_decimal(float(played.precision.mean()))}. "
        f"Case digest {provenance.case_digest}, game digest {provenance.game_digest}, "
        f"winset {provenance.version}."
    )
    lines = [f"EFG 2 R {_quoted(game.title)} {_listed(players)}", _quoted(comment), ""]
    sets: Counter[str] = Counter()
    waiting = [game.start]
    while waiting:
        id = waiting.pop()
        if id in nodes:
            node = nodes[id]
            sets[node.player] += 1
            lines.append(
                f"p {_quoted(id)} {players.index(node.player) + 1} {sets[node.player]} "
                f"{_quoted(id)} {_listed(node.actions)} 0"
            )
            waiting += reversed(list(node.actions.values()))
        else:
            # Gambit wants the labels of nodes unique, and an end may stand at several.
            lines.append(f't "" {number[id]} {outcomes[id]}')
    return "\n".join(lines) + "\n"


def _outcome(played: PlayedGame, end: str, players: list[str]) -> str:
    means = [float(played.payoffs[end][player].mean()) for player in players]
    if float("-inf") in means:
        raise WinsetError(
            f"{end}: a payoff must be finite to be written as .efg; found minus infinity; give the "
            "red line a finite audience cost"
        )
    return f"{_quoted(end)} {{ {', '.join(_decimal(mean) for mean in means)} }}"


def _decimal(value: float) -> str:
    """Return the shortest decimal that reads back as ``value``, without an exponent."""
    return format(Decimal(repr(value + 0.0)), "f")


def _listed(names: Iterable[str]) -> str:
    return f"{{ {' '.join(_quoted(name) for name in names)} }}"


def _quoted(text: str) -> str:
    """Return ``text`` between quotes, in what Gambit can read: one line of ASCII.

    Accents are dropped and other characters become “?”. A backslash becomes a slash: Gambit 16.7
    doubles it, or takes it for the escape of a quote.
    """
    bare = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    line = "".join(c if " " <= c <= "~" else " " if c.isspace() else "?" for c in bare)
    return '"' + line.replace("\\", "/").replace('"', '\\"') + '"'

"""How many draws, and from which seed, wherever the same question is asked."""

DRAWS = 5_000
SEED = 0

"""The number of draws and the seed that every command and page uses by default."""

DRAWS = 5_000
SEED = 0

"""Why a forecast says what it says, and what would change it."""

"""How sure a forecast is: scores on decisions whose outcome is known, claims, sealed forecasts."""

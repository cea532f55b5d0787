"""Forecasts: draws of outcomes with how they were made, and all that is done with draws."""

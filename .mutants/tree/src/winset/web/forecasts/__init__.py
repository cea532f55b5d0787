"""Forecasts as the workbench makes them."""

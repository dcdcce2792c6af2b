"""Forecasts of deliveries: what follows from learned timings. Pure; rows in, days out."""

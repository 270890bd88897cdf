"""Forecasts of arrivals, admissions and patients present, by hour and by day, with intervals that hold."""

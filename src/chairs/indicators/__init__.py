"""Indicators of establishments, one function each."""

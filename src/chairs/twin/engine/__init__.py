"""The compiled engine: one interpreter for every table of steps."""

"""Patient flow seen in an event log: pathways, durations, census."""

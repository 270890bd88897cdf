"""From an event log alone to a model that runs: arrivals, routing, durations, calendars, resources."""

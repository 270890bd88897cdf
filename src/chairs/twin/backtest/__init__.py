"""Is the twin to be believed? Simulated logs against held-out ones, beside generators that know nothing."""

"""One module per source system: read, rename, hand over; catalogue and fetch."""

"""The twin watched in operation: departures foreseen and seen, alarm, champion and challenger."""

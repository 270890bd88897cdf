"""The demonstration territory and its planted truths."""

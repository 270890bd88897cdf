"""Foundations without any domain: errors, records, registry, random streams, study."""

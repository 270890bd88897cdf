"""The record of what was run: tracking, trace, differences."""

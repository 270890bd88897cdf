"""Questionnaires: instruments, scoring."""

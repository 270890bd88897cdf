"""Figures and pages made from released tables."""

"""Risk of a patient: probability of admission and remaining stay, at triage and at the hours of the bed meetings."""

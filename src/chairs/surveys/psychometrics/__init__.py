"""How well questions measure: reliability, factors, ordinal models, item responses, invariance, agreement."""

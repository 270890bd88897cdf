"""Models whose results are known from outside: formulas, published studies, other programs."""

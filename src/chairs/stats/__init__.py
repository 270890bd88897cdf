"""Statistical methods shared by both chairs."""

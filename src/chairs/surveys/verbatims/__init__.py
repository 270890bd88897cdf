"""What patients write: language, names taken out, themes and polarity, with their error rates."""

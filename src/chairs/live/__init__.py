"""The hospital's side: the feed of messages and the hourly update; the what-if desk and its app."""

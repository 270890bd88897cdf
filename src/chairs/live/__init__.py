"""The hospital's side: the feed of messages, what is known, the hourly update."""

"""From the log of a hospital with requests, places and beds to a model with real queues."""

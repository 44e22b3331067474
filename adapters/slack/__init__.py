"""Slack: events and orders in, answers out. Knows nothing of personas, models or Redis, only the vocabulary."""

"""Outbound budgets shared by all processes: edits and posts of a channel, calls of a workspace."""

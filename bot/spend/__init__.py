"""Money and tokens: what a call may cost, what it did cost, and who may still spend."""

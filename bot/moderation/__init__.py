"""What people may say to the model: the check, its policy, and a record of what was flagged."""

"""What belongs to the documentation and runs: `drawing` makes its pictures."""

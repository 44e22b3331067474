"""The terminal: the `parley` commands, and a chat that speaks through the same ports as every platform."""

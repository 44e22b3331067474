"""Who Parley is on a server: presets, a server's own persona, its bounds, and the system prompt made from it."""

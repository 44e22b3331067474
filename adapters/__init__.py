"""Where the engine meets people: one folder a platform, and the terminal."""

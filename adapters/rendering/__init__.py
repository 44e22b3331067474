"""One growing reply on any platform: LiveMessage (one writer, newest text wins), the outlet port, splitting, pace."""

"""The only place that knows Redis: connection, embedded server, every key, every script, how values are written down."""

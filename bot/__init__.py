"""The engine: everything Parley does that is not a platform. See docs/architecture.md."""

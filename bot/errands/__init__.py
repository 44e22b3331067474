"""Orders that another process carries out, and their replies."""

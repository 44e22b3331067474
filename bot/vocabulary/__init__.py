"""Frozen values and ports that two rooms, or a room and an adapter, share. Imports only the standard library."""

"""The stand-in model: a small OpenAI-compatible server on loopback, for a first start without a key and for tests.

It streams, counts usage, moderates by a word list and embeds by hashing. It is no model, and says so. `server.OfflineServer` is the way in;
what it answers is a port (`brain.Brain`), so that tests can put a script in its place.
"""

"""How Parley behaves on a server, as its admins set it."""

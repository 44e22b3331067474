"""Discord: what comes in becomes `Inbound` and `CommandCall`, what goes out is posted and edited through REST alone.

`opening.open_discord` is the way in. Nothing here knows what a persona, a budget or a model is.
"""

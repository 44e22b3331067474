"""A local Discord for tests: gateway, REST and interactions as discord.py 2.7.1 uses them, and people who write there."""

from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.local import DiscordServer, pointed_at
from tests.fakes.discord.messages import Message, Version
from tests.fakes.discord.ratelimits import Window
from tests.fakes.discord.state import Channel, Guild, Role, User

__all__ = ["Channel", "DiscordServer", "Guild", "Interaction", "Message", "Role", "User", "Version", "Window", "pointed_at"]

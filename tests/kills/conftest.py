"""The kills happen on the same local Discord as the scenarios are played on."""

from tests.scenarios.conftest import model as model
from tests.scenarios.discord_fixtures import discord as discord
from tests.scenarios.discord_fixtures import home as home

"""The processes share the local Discord, Slack and model of the scenarios."""

from tests.scenarios.conftest import model as model
from tests.scenarios.discord_fixtures import discord as discord
from tests.scenarios.discord_fixtures import home as home
from tests.scenarios.slack_fixtures import acme as acme
from tests.scenarios.slack_fixtures import slack as slack
from tests.scenarios.slack_fixtures import slack_mode as slack_mode

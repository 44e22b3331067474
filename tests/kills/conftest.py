"""The kills happen on the same local platforms as the scenarios are played on."""

from tests.scenarios.conftest import model as model
from tests.scenarios.discord_fixtures import discord as discord
from tests.scenarios.discord_fixtures import home as home
from tests.scenarios.slack_fixtures import acme as acme
from tests.scenarios.slack_fixtures import slack as slack
from tests.scenarios.slack_fixtures import slack_mode as slack_mode

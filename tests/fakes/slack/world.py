"""All that the server knows: workspaces, people, conversations, forms, private answers."""

from collections.abc import Callable, Iterable

from tests.fakes.slack.records import Modal, ResponseUrl, Trigger, Whisper
from tests.fakes.slack.workspace import CHANNEL_LETTERS, Channel, ChannelKind, Json, Message, Numbers, Team, User


class World:
    """`changed` is called after everything that somebody could see."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.changed = changed
        self.numbers = Numbers()
        self.app_id = self.numbers.id("A")
        self.teams: dict[str, Team] = {}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.whispers: list[Whisper] = []
        self.views: dict[str, Modal] = {}
        self.homes: dict[str, Json] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.statuses: dict[tuple[str, str], list[str]] = {}
        self.sessions: dict[tuple[str, str], list[str]] = {}
        self.prompts: list[Json] = []
        self.blockless = False
        """Set, no message may have blocks."""
        self.refusals: dict[tuple[str, int], str] = {}
        """Error codes of single calls: by method, and which of its calls from 0."""
        self.rigid = False
        """Set, no message of blocks takes text alone, and none of text takes blocks (docs: chat.update, block_mismatch)."""

    def transcript(self) -> str:
        """Everything visible, one line each: what a failed wait shows."""
        lines = [
            f"{channel.name} {message.ts} in {message.thread_ts} {message.user}: {message.text!r}"
            for channel in self.channels.values()
            for message in channel.timeline.values()
        ]
        return "\n".join(lines + [f"only for {w.user} ({w.via}): {w.text!r}" for w in self.whispers])

    def add_team(self, name: str, *, installed: bool = True) -> Team:
        """A workspace, where our app is installed with a bot token of its own unless told otherwise."""
        team_id, bot_user, bot_id = self.numbers.id("T"), self.numbers.id("U"), self.numbers.id("B")
        team = Team(team_id, name, name.lower(), f"xoxb-{team_id}" if installed else None, bot_user, bot_id)
        self.teams[team_id] = team
        if installed:
            self.users[bot_user] = User(bot_user, "parley", team_id, "Parley", bot_id=bot_id)
        return team

    def add_channel(self, name: str, *, team: Team, kind: ChannelKind, members: Iterable[User], bot: bool) -> Channel:
        """A conversation of `team`; members of other teams make it a Slack Connect channel."""
        people = list(members)
        inside = {user.id for user in people} | ({team.bot_user} if bot else set())
        others = {user.team for user in people} - {team.id}
        channel = Channel(self.numbers.id(CHANNEL_LETTERS[kind]), name, kind, team.id, inside, others)
        self.channels[channel.id] = channel
        return channel

    def dm(self, user: User, team: Team) -> Channel:
        """The direct conversation of a person with our bot, opened at its first use."""
        both = {user.id, team.bot_user}
        known = (c for c in self.channels.values() if c.kind == "im" and c.members == both)
        return next(known, None) or self.add_channel(user.name, team=team, kind="im", members=[user], bot=True)

    def post(self, message: Message) -> Message:
        """Visible from now on; who calls this tells the bot about it."""
        self.channels[message.channel].timeline[message.ts] = message
        message.show(message.text)
        self.changed()
        return message

    def team_of_token(self, token: str) -> Team | None:
        """The workspace whose bot token this is."""
        return next((team for team in self.teams.values() if team.bot_token == token), None)

    def host(self, channel: Channel) -> Team | None:
        """The installation that gets the events of a channel: its own team's, else one that shares it."""
        teams = [self.teams[id] for id in (channel.team, *sorted(channel.shared_with))]
        return next((team for team in teams if team.bot_token and team.bot_user in channel.members), None)

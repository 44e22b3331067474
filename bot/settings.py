"""Every number and name an operator may want to change: read once from the environment and `.env`, validated as a whole."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsInvalid

Names = Annotated[tuple[str, ...], NoDecode]
"""A comma-separated list."""

STORE_SCHEMES = ("redis://", "rediss://", "unix://", "redis+sentinel://", "rediss+sentinel://", "redis+cluster://", "rediss+cluster://")


class Settings(BaseSettings):
    """Frozen. The variable's name is the field's in capitals; the sentence beside each stands in `.env.example` too."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8-sig",  # Windows editors begin a file with a mark that would become part of the first name
        env_ignore_empty=True,
        allow_inf_nan=False,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    # Discord
    discord_bot_token: SecretStr | None = Field(None, description="Token of the Discord bot.")
    discord_api_url: str = Field("", description="Discord's REST address; a proxy or a test server. Empty: Discord's own.")
    discord_gateway_url: str = Field("", description="Discord's gateway address; a proxy or a test server. Empty: Discord's own.")
    discord_message_content: bool = Field(
        False, description="Ask for the privileged message-content intent, for follow-ups and quotes without a mention."
    )
    catch_up_minutes: float = Field(
        15, ge=0, description="After a pause, messages of the last so many minutes are read back and answered; 0 reads nothing back."
    )
    catch_up_messages: int = Field(50, ge=1, le=100, description="Newest messages of each channel that are read back after a pause.")
    hold_messages: int = Field(200, ge=0, description="Messages kept in this process, with an hourglass, while Redis is away.")
    hold_seconds: float = Field(60, ge=0, description="How long each of them is kept before its author is told, in seconds.")
    # Slack
    slack_bot_token: SecretStr | None = Field(None, description="Bot token (xoxb-…) of the Slack app.")
    slack_app_token: SecretStr | None = Field(None, description="App-level token (xapp-…) for Socket Mode.")
    slack_signing_secret: SecretStr | None = Field(None, description="Signing secret of the Slack app, for HTTP mode.")
    slack_mode: Literal["", "socket", "http"] = Field(
        "", validate_default=True, description="How Slack reaches us; empty: socket when both are possible."
    )
    slack_api_url: str = Field("", description="Slack's Web API address; a proxy or a test server. Empty: Slack's own.")
    slack_streams: Literal["auto", "off"] = Field(
        "auto", description="Native streams: auto where Slack allows them, off for messages that are updated."
    )
    slack_connections: int = Field(2, ge=1, le=10, description="Socket Mode connections held open, so that a refresh leaves no gap.")
    host: str = Field("127.0.0.1", description="Address the Slack HTTP endpoint listens on.")
    port: int = Field(3000, ge=0, le=65535, description="Port the Slack HTTP endpoint listens on.")
    # The model
    openai_api_key: SecretStr | None = Field(None, description="Key of the model endpoint.")
    openai_base_url: str = Field("", description="Any OpenAI-compatible endpoint. Empty: OpenAI's own.")
    openai_model: str = Field("gpt-6-luna", description="Model that answers unless a persona names another.")
    openai_reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] = Field(
        "none", description="Reasoning effort unless a persona sets one: none, minimal, low, medium, high, xhigh, max."
    )
    openai_temperature: float = Field(0.7, ge=0, le=2, description="Temperature unless a persona sets one.")
    openai_max_tokens: int = Field(1000, ge=1, description="Longest answer, in tokens, unless a persona sets it.")
    openai_fallback_models: Names = Field((), description="Models tried in order when the first does not answer, comma-separated.")
    model_attempts: int = Field(3, ge=1, le=10, description="Calls made to one model before the next is tried.")
    model_retry_after_max: float = Field(20, ge=0, description="Longest Retry-After that is waited for, in seconds.")
    model_backoff: float = Field(0.5, ge=0, description="First wait between two attempts, in seconds; doubles, with jitter.")
    first_token_timeout: float = Field(120, gt=0, description="Deadline for the first token where no other model follows, in seconds.")
    first_token_timeout_fallback: float = Field(10, gt=0, description="Deadline for the first token where another follows, in seconds.")
    chunk_timeout: float = Field(30, gt=0, description="Longest silence between two chunks, in seconds.")
    streaming: bool = Field(True, description="Stream answers (on) or wait for the whole (off).")
    # Moderation
    moderation: bool = Field(True, description="Check what people write before the model sees it: on or off.")
    moderation_base_url: str = Field("", description="Endpoint of the moderation model. Empty: the model's own endpoint.")
    moderation_api_key: SecretStr | None = Field(None, description="Its key. Empty: the model's key.")
    moderation_model: str = Field("omni-moderation-latest", description="The moderation model.")
    moderation_on_error: Literal["block", "allow"] = Field("block", description="What happens when it cannot be asked: block or allow.")
    moderation_timeout: float = Field(10, gt=0, description="Longest wait for its verdict, in seconds.")
    moderation_keep_text: bool = Field(False, description="Keep the flagged text with an incident: on or off.")
    # Money
    budget_per_day: float | None = Field(None, ge=0, description="Money per server and day, in DISPLAY_CURRENCY. Empty: no limit.")
    display_currency: str = Field("USD", pattern="^[A-Z]{3}$", description="Currency that people see and budgets are in.")
    display_rate: float = Field(1, gt=0, description="What one USD is worth in it, such as 85 for INR.")
    price_input: float | None = Field(None, ge=0, description="Own price per million input tokens, in USD. Empty: the price library's.")
    price_output: float | None = Field(None, ge=0, description="Own price per million output tokens, in USD. Empty: the price library's.")
    # Conversations
    thread_followups: Literal["one", "always", "never"] = Field(
        "one", description="Answer in threads without a mention: one, always, never."
    )
    history_days: int = Field(90, ge=1, description="How long a conversation is remembered after its last turn, in days.")
    history_messages: int = Field(20, ge=1, description="Messages of history the model sees.")
    history_tokens: int = Field(8000, ge=100, description="Tokens of history the model sees, estimated.")
    input_characters: int = Field(4000, ge=1, description="Longest message that is read, in characters.")
    gather_seconds: float = Field(
        1.2, ge=0, le=30, description="How long a direct message waits for what its author says next, to answer both at once, in seconds."
    )
    overdue_seconds: float = Field(10, ge=0, description="A message that waits longer is answered before newer ones, in seconds.")
    mailbox_messages: int = Field(50, ge=1, description="Messages that may wait in one lane.")
    answer_file_messages: int = Field(5, ge=0, description="Answers of more messages than this also come as a file; 0: never.")
    # Running
    redis_url: str = Field(
        "",
        repr=False,
        description="redis:// or unix://, redis+sentinel://, redis+cluster://; with TLS rediss://, rediss+sentinel://, rediss+cluster://. "
        "Empty: a server of our own.",
    )
    redis_replicas: int | None = Field(
        None, ge=0, description="Replicas that must have a message before it is acknowledged. Empty: one with Sentinels, else none."
    )
    data_dir: Path = Field(Path(".parley"), description="Where our own server keeps its data.")
    parley_admins: Names = Field((), description="Who may do everything: discord:ID, slack:TEAM:USER, comma-separated.")
    slots: int = Field(64, ge=1, description="Turns one process answers at the same time.")
    lease_seconds: float = Field(15, ge=0.5, description="How long a lane belongs to a process without renewal, in seconds.")
    drain_seconds: float = Field(25, ge=0, description="How long running turns may finish when Parley is told to end, in seconds.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: Literal["auto", "text", "json"] = Field("auto", description="text, json, or auto: text on a terminal, json elsewhere.")

    @field_validator("openai_fallback_models", "parley_admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        if value and not value.startswith(STORE_SCHEMES):
            raise ValueError(f"must begin with one of {', '.join(STORE_SCHEMES)}")
        return value

    @field_validator("parley_admins")
    @classmethod
    def _admins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for entry in value:
            platform, _, rest = entry.partition(":")
            if (platform, rest.count(":")) not in (("discord", 0), ("slack", 1)) or not all(rest.split(":")):
                raise ValueError("each entry must read discord:ID or slack:TEAM:USER")
        return value

    @field_validator("openai_base_url", "moderation_base_url", "discord_api_url", "slack_api_url")
    @classmethod
    def _http(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    @field_validator("discord_gateway_url")
    @classmethod
    def _websocket(cls, value: str) -> str:
        if value and not value.startswith(("ws://", "wss://")):
            raise ValueError("must begin with ws:// or wss://")
        return value

    @field_validator("slack_mode")
    @classmethod
    def _slack_is_whole(cls, value: str, info: ValidationInfo) -> str:
        bot, app, secret = (info.data.get(f"slack_{name}") for name in ("bot_token", "app_token", "signing_secret"))
        if bot and value == "socket" and not app:
            raise ValueError("socket needs SLACK_APP_TOKEN (xapp-…)")
        if bot and value == "http" and not secret:
            raise ValueError("http needs SLACK_SIGNING_SECRET")
        if bot and not (app or secret):
            raise ValueError("SLACK_BOT_TOKEN needs SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)")
        return value

    @property
    def slack_transport(self) -> Literal["socket", "http"]:
        """How Slack reaches us: as set, else Socket Mode when it is possible."""
        return self.slack_mode or ("socket" if self.slack_app_token else "http")

    @property
    def model_key(self) -> str:
        """Key of the model endpoint, or empty. A secret: hand it on, never show it."""
        return self.openai_api_key.get_secret_value() if self.openai_api_key else ""

    @property
    def moderation_url(self) -> str:
        """The moderation endpoint: as set, else the model's own."""
        return self.moderation_base_url or self.openai_base_url

    @property
    def moderation_key(self) -> str:
        """Its key, or the model's. A secret: hand it on, never show it."""
        return self.moderation_api_key.get_secret_value() if self.moderation_api_key else self.model_key

    @property
    def model_is_set(self) -> bool:
        """Whether the operator named a model endpoint."""
        return bool(self.openai_api_key or self.openai_base_url)

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that have tokens."""
        tokens = {"discord": self.discord_bot_token, "slack": self.slack_bot_token}
        return tuple(name for name, token in tokens.items() if token)


def load_settings(**overrides: object) -> Settings:
    """The settings of this process. Raises `SettingsInvalid` naming every problem at once, and no value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        problems = [f"  {_name(entry['loc'])}{_sentence(entry['msg'])}" for entry in error.errors(include_input=False, include_url=False)]
        raise SettingsInvalid("The settings are not valid:\n" + "\n".join(problems)) from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsInvalid(f"The file .env cannot be read ({type(error).__name__}): save it as UTF-8 text that I may read.") from None


def _name(location: tuple[int | str, ...]) -> str:
    return f"{str(location[0]).upper()}: " if location else ""


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")

"""Logs on standard error: one line an event, no secrets, no message text above DEBUG."""

import logging
import re
import sys
from typing import Literal

import structlog

Format = Literal["auto", "text", "json"]

QUIET = ("discord", "slack_bolt", "slack_sdk", "aiohttp", "openai", "httpx2", "docket", "asyncio")
"""Libraries whose lines below WARNING are for their own developers."""


_SECRETS = re.compile(
    r"(?<![\w-])(?:sk|xox[abeprs]|xapp)-[\w-]{10,}"  # model endpoints, Slack
    r"|(?<![\w-])[\w-]{23,30}\.[\w-]{6}\.[\w-]{27,}"  # Discord
    r"|(?<=://)[^\s/@\"']*:[^\s/@\"']+(?=@)"  # an account in a URL
    r"|(?<=Bearer )[\w.~+/=-]{8,}"
)


def without_secrets(line: str) -> str:
    """`line` with everything that looks like a key, a token or a password taken out: foreign errors repeat what they were given."""
    return _SECRETS.sub("[secret]", line)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def configure_logs(*, level: str, style: Format) -> None:
    """Set up structlog and the standard library's logging alike. `auto`: text on a terminal, JSON elsewhere."""
    as_text = style == "text" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(foreign_pre_chain=shared, processors=_rendering(as_text=as_text)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _rendering(*, as_text: bool) -> list[structlog.typing.Processor]:
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if as_text:
        plain = structlog.dev.plain_traceback
        return [remove, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)]
    return [remove, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]

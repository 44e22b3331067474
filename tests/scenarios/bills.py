"""Round prices, and an answer that is billed at a round sum."""

from typing import Any

from bot.offline.sse import usage_object
from tests.fakes.model.sayings import Manner

PRICES: dict[str, Any] = {"price_input": 2, "price_output": 6}
"""Settings: USD per million tokens, which is so many millionths of a dollar a token."""

BILLED = Manner(usage=usage_object(100, 10))
PAID = 100 * 2 + 10 * 6
"""What an answer given in this manner costs, in millionths of a dollar."""

"""What a call costs, by the price library or by the operator's own prices. Amounts are whole millionths of a US dollar."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address
from urllib.parse import urlsplit

import structlog

from bot.vocabulary.clock import Clock
from bot.vocabulary.model import Usage

MILLION = 1_000_000
OPENAI = "https://api.openai.com/v1"

log = structlog.get_logger(__name__)


class Prices:
    """Prices of one endpoint. `input_price` and `output_price` are USD per million tokens and go before the library's."""

    def __init__(self, *, base_url: str, clock: Clock, input_price: float | None = None, output_price: float | None = None) -> None:
        self._base_url = base_url or OPENAI
        self._clock = clock
        self._own = None if input_price is None and output_price is None else (_exact(input_price), _exact(output_price))
        self._free = self._own is None and is_local(self._base_url)
        self._unknown: set[str] = set()

    def cost(self, model: str, usage: Usage, service_tier: str = "") -> int:
        """The cost of `usage`, rounded up. 0 for a model that no table knows: said once in the log."""
        if self._free:
            return 0
        if self._own is not None:
            return math.ceil(usage.input * self._own[0] + usage.output * self._own[1])
        return self._listed(model, usage, service_tier)

    def knows(self, model: str) -> bool:
        """Whether a call of this model can be priced at all."""
        return self._free or self._own is not None or self._lookup(model, Usage(input=1), "") is not None

    def _listed(self, model: str, usage: Usage, service_tier: str) -> int:
        price = self._lookup(model, usage, service_tier)
        if price is None:
            if model not in self._unknown:
                self._unknown.add(model)
                log.warning("no price known, counted as free; set PRICE_INPUT and PRICE_OUTPUT", model=model)
            return 0
        return math.ceil(price * MILLION)

    def _lookup(self, model: str, usage: Usage, service_tier: str) -> Decimal | None:
        at = datetime.fromtimestamp(self._clock.now(), UTC)
        for base_url in (self._base_url, None):  # behind a proxy the model's own name still tells its price
            try:
                return _listed_price(model, usage, service_tier=service_tier, base_url=base_url, at=at)
            except (LookupError, ValueError):  # unknown provider or model; a usage that the table cannot price
                continue
        return None


def _exact(price: float | None) -> Decimal:
    """As it was written: sums of floats end a hair above whole millionths, and we round up."""
    return Decimal(str(price or 0))


def is_local(base_url: str) -> bool:
    """Whether an endpoint is on this machine or in a private network, where tokens cost nothing."""
    host = urlsplit(base_url).hostname or ""
    if host == "localhost" or host.endswith((".local", ".internal")) or ("." not in host and ":" not in host):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback


def _listed_price(model: str, usage: Usage, *, service_tier: str, base_url: str | None, at: datetime) -> Decimal:
    from genai_prices import Usage as Priced  # imported late: a tenth of a second and 30 MB that a receiver never needs
    from genai_prices import calc_price

    priced = Priced(
        input_tokens=usage.input,
        output_tokens=usage.output,
        cache_read_tokens=usage.cached or None,
        cache_write_tokens=usage.cache_write or None,
    )
    context = {"service_tier": service_tier} if service_tier else None
    result = calc_price(priced, model, provider_api_url=base_url, genai_request_timestamp=at, price_context=context)
    return result.total_price

"""`REDIS_URL`, in every form and in every wrong one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import SettingsInvalid
from bot.settings import STORE_SCHEMES
from bot.store.connection import open_store
from bot.store.url import KINDS, StoreUrl, parse_url

LOCAL = (("localhost", 6379),)
FORMS = [
    ("redis://localhost", StoreUrl("single", "", LOCAL)),
    ("redis://localhost/3", StoreUrl("single", "", LOCAL)),
    ("redis://localhost?socket_timeout=1", StoreUrl("single", "", LOCAL)),
    ("redis://:6380", StoreUrl("single", "", (("localhost", 6380),))),
    ("redis://[::1]:6380/0", StoreUrl("single", "", (("::1", 6380),))),
    ("redis://ada:p%40ss%2Fword@10.0.0.1:1/0", StoreUrl("single", "", (("10.0.0.1", 1),), username="ada", password="p@ss/word")),
    ("redis://:secret@h", StoreUrl("single", "", (("h", 6379),), password="secret")),
    ("redis://h?password=secret", StoreUrl("single", "", (("h", 6379),), password="secret")),
    ("redis://h/0?username=ada&password=a%20b", StoreUrl("single", "", (("h", 6379),), username="ada", password="a b")),
    ("rediss://h", StoreUrl("single", "", (("h", 6379),), tls=True)),
    ("unix:///run/redis.sock", StoreUrl("single", "", ())),
    ("unix:///run/redis.sock?db=2&password=x", StoreUrl("single", "", (), password="x")),
    ("redis+sentinel://a,b:1/mymaster", StoreUrl("sentinel", "", (("a", 26379), ("b", 1)), "mymaster")),
    ("redis+sentinel://u:p@a/my%20master/2", StoreUrl("sentinel", "", (("a", 26379),), "my master", 2, "u", "p")),
    ("redis+cluster://a,b:7001,c", StoreUrl("cluster", "", (("a", 6379), ("b", 7001), ("c", 6379)))),
]
WRONG = {
    "": "must begin with",
    "localhost:6379": "must begin with",
    "http://localhost": "must begin with",
    "REDIS://localhost": "must begin with",
    "redis:/localhost": "must begin with",
    "redis://": "names no host",
    "redis://:secret@": "names no host",
    "redis://h:65536": "port",
    "redis://h:-1": "port",
    "redis://h:secret": "port",
    "redis://[secret": "cannot be read",
    "redis://[secret]:1": "cannot be read",
    "redis://a,b": "several hosts",
    "unix://": "names no socket",
    "unix:///": "names no socket",
    "redis+sentinel://h": "master's name",
    "redis+sentinel://h/": "master's name",
    "redis+sentinel://h/mymaster/secret": "not a number",
    "redis+sentinel://h/mymaster/²": "not a number",
    "redis+cluster://": "names no host",
}


@pytest.mark.parametrize(("url", "expected"), FORMS)
def test_every_form(url: str, expected: StoreUrl) -> None:
    assert parse_url(url) == StoreUrl(
        expected.kind,
        url,
        expected.hosts,
        expected.service,
        expected.database,
        expected.username,
        expected.password,
        expected.tls,
    )


@pytest.mark.parametrize("url", WRONG)
def test_every_wrong_form_has_its_sentence_and_keeps_the_secret(url: str) -> None:
    with pytest.raises(SettingsInvalid, match=WRONG[url]) as refused:
        parse_url(url)
    assert "secret" not in str(refused.value)


def test_settings_accept_what_can_be_parsed() -> None:
    assert set(STORE_SCHEMES) == {f"{scheme}://" for scheme in KINDS}


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("localhost.evil.example", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, ours: bool) -> None:
    assert parse_url(f"redis://{host}").loopback is ours


def test_one_host_elsewhere_is_elsewhere() -> None:
    assert not parse_url("redis+sentinel://localhost,10.0.0.1/mymaster").loopback
    assert parse_url("unix:///run/redis.sock").loopback


ALPHABET = st.sampled_from(list("ab1:/@,[]?#%=&. \x00é\ud800"))


@given(scheme=st.sampled_from(sorted(KINDS)), rest=st.text(ALPHABET, max_size=30))
@example(scheme="redis", rest="a\u2100b")
async def test_hostile_input_is_read_or_refused_and_never_repeated(scheme: str, rest: str) -> None:
    assert "hunter2" not in await refusal(f"{scheme}://{rest}hunter2@{rest}")


async def refusal(url: str) -> str:
    """What is said of a URL; nothing when it can be used."""
    try:
        async with open_store(url):
            return ""
    except SettingsInvalid as refused:
        return str(refused)


@pytest.mark.parametrize("option", ["socket_timeout=hunter2", "db=hunter2", "max_connections=hunter2"])
async def test_an_option_that_cannot_be_read_is_a_setting_that_is_wrong(option: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"behind `\?`") as refused:
        async with open_store(f"redis://localhost?{option}"):
            pass
    assert "hunter2" not in str(refused.value)

"""`REDIS_URL`, in every form and in every wrong one."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import SettingsInvalid
from bot.settings import STORE_SCHEMES
from bot.store.connection import open_store
from bot.store.url import KINDS, StoreUrl, parse_url
from bot.store.work_engine import work_engine_address

LOCAL = (("localhost", 6379),)
FORMS = [
    ("redis://localhost", StoreUrl("single", "", LOCAL)),
    ("redis://localhost/3", StoreUrl("single", "", LOCAL, database=3)),
    ("redis://localhost/3?db=4", StoreUrl("single", "", LOCAL, database=4)),
    ("redis://localhost?socket_timeout=1", StoreUrl("single", "", LOCAL, options=(("socket_timeout", 1.0),))),
    ("redis://:6380", StoreUrl("single", "", (("localhost", 6380),))),
    ("redis://[::1]:6380/0", StoreUrl("single", "", (("::1", 6380),))),
    ("redis://ada:p%40ss%2Fword@10.0.0.1:1/0", StoreUrl("single", "", (("10.0.0.1", 1),), username="ada", password="p@ss/word")),
    ("redis://:secret@h", StoreUrl("single", "", (("h", 6379),), password="secret")),
    ("redis://h?password=secret", StoreUrl("single", "", (("h", 6379),), password="secret")),
    ("redis://h/0?username=ada&password=a%20b", StoreUrl("single", "", (("h", 6379),), username="ada", password="a b")),
    ("rediss://h", StoreUrl("single", "", (("h", 6379),), tls=True)),
    ("unix:///run/redis.sock", StoreUrl("single", "", (), socket="/run/redis.sock")),
    ("unix://ada:x@/run/a%20b.sock?db=2", StoreUrl("single", "", (), database=2, username="ada", password="x", socket="/run/a b.sock")),
    ("unix:///run/redis.sock?db=2&password=x", StoreUrl("single", "", (), database=2, password="x", socket="/run/redis.sock")),
    ("redis+sentinel://a,b:1/mymaster", StoreUrl("sentinel", "", (("a", 26379), ("b", 1)), "mymaster")),
    ("redis+sentinel://u:p@a/my%20master/2", StoreUrl("sentinel", "", (("a", 26379),), "my master", 2, "u", "p")),
    (
        "rediss+sentinel://a/m/1?sentinel_username=s&sentinel_password=p%26w&ssl_ca_certs=/ca.pem&ssl_check_hostname=no&ssl_cert_reqs=none",
        StoreUrl(
            "sentinel",
            "",
            (("a", 26379),),
            "m",
            1,
            tls=True,
            sentinel_username="s",
            sentinel_password="p&w",
            options=(("ssl_ca_certs", "/ca.pem"), ("ssl_check_hostname", False), ("ssl_cert_reqs", "none")),
        ),
    ),
    ("rediss+cluster://:p@[::1],b:7001", StoreUrl("cluster", "", (("::1", 6379), ("b", 7001)), password="p", tls=True)),
    ("redis+cluster://a/0?client_name=x", StoreUrl("cluster", "", (("a", 6379),), options=(("client_name", "x"),))),
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
    "redis+cluster://h/1": "only one",
    "redis://h/secret": "not a number",
    "redis://h#secret": "%23",
    "redis+sentinel://h/a%2Fb": "in its name",
    "redis://h?secret=1": "cannot be used with redis://",
    "redis://h?secret": "cannot be used",
    "redis://h?protocol=2": "cannot be used",
    "redis://h?ssl_ca_certs=secret": "cannot be used",
    "redis://h?sentinel_password=secret": "cannot be used",
    "redis+sentinel://h/m?db=1": "cannot be used",
    "redis+cluster://h?db=1": "cannot be used",
    "rediss+cluster://h?ssl_ca_certs=secret": "cannot be used",
    "unix:///s?socket_keepalive=yes": "cannot be used",
    "redis://h?client_name=secret&client_name=b": "twice",
    "redis://h?socket_timeout=0": "cannot be read",
    "redis://h?socket_timeout=nan": "cannot be read",
    "redis://h?max_connections=0": "cannot be read",
    "rediss://h?ssl_cert_reqs=secret": "cannot be read",
    "rediss://h?ssl_check_hostname=secret": "cannot be read",
}


@pytest.mark.parametrize(("url", "expected"), FORMS)
def test_every_form(url: str, expected: StoreUrl) -> None:
    assert parse_url(url) == replace(expected, url=url)


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


async def test_no_secret_is_shown_of_it() -> None:
    where = parse_url("redis+sentinel://ada:hunter2@h/m?sentinel_password=hunter3")
    assert "hunter" not in repr(where)
    assert "hunter" not in repr(work_engine_address(where, connections=3))


ENGINE = {
    "redis://localhost": ["redis://localhost:6379/0?max_connections=3"],
    "redis://ada:p%40ss@[::1]:1/2?socket_timeout=1&client_name=a%20b": ["redis://[::1]:1/2?client_name=a%20b&max_connections=3"],
    "rediss://h?ssl_ca_certs=/ca.pem": ["rediss://h:6379/0?ssl_ca_certs=%2Fca.pem&max_connections=3"],
    "unix:///run/a%20b.sock?db=2&password=x": ["unix:///run/a%20b.sock?db=2&max_connections=3"],
    "rediss+sentinel://u:p@a,b:1/my%20master/2?sentinel_password=p%26w": [
        "rediss+sentinel://a:26379,b:1/my master/2?sentinel_password=p%26w&max_connections=3"
    ],
    "rediss+cluster://:p@a,b:7001": ["rediss+cluster://a:6379?max_connections=3", "rediss+cluster://b:7001?max_connections=3"],
}


@pytest.mark.parametrize("url", ENGINE)
def test_what_the_work_engine_is_told(url: str) -> None:
    assert list(work_engine_address(parse_url(url), connections=3).urls) == ENGINE[url]


def test_the_account_travels_beside_the_url() -> None:
    credentials = work_engine_address(parse_url("redis+cluster://ada:p%40ss@h"), connections=3).credentials
    assert credentials is not None
    assert credentials.get_credentials() == ("ada", "p@ss")
    assert work_engine_address(parse_url("redis://h"), connections=3).credentials is None

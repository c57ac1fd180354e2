"""Which calls `http` may make: rules, and the ways in which an address pretends to be another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.outside import HttpRule, Outside
from shared.contracts.wording import WORDING
from shared.tools.http_rules import Denied, HttpCall, read_call, read_url, redirected

OUTSIDE = Outside(
    http=(
        HttpRule(methods=("GET", "HEAD"), host="api.example.org:443", path="/v1/**"),
        HttpRule(methods=("POST",), host="api.example.org:443", path="/v1/*/notes", keys=True),
        HttpRule(host="*.cdn.example.org:443", path="/open/*"),
        HttpRule(scheme="http", host="old.example.org:8080", path="/**"),
    ),
    private_hosts=("old.example.org:8080",),
)
GOOD = "https://api.example.org/v1/cases?state=abierto"


def call(url: str, method: str = "GET", **more: object) -> HttpCall | Denied:
    return read_call({"url": url, "method": method, **more}, OUTSIDE)


def denied(url: str, method: str = "GET", **more: object) -> str:
    found = call(url, method, **more)
    assert isinstance(found, Denied), found
    assert found.key in WORDING
    return found.key


@pytest.mark.parametrize(
    ("url", "method"),
    [
        (GOOD, "GET"),
        ("HTTPS://API.Example.ORG/v1/cases", "get"),
        ("https://api.example.org:443/v1/", "HEAD"),
        ("https://api.example.org/v1/a/b/c", "GET"),
        ("https://api.example.org/v1/obra%20menor?q=licencia&q=ñ", "GET"),
        ("https://api.example.org/v1/año", "GET"),
        ("https://api.example.org/v1/7/notes", "POST"),
        ("https://a.b.cdn.example.org/open/x", "GET"),
        ("http://old.example.org:8080/any/where", "GET"),
        ("https://api.example.org/v1/a#part", "GET"),
    ],
)
def test_what_a_rule_names_is_allowed(url: str, method: str) -> None:
    assert isinstance(call(url, method), HttpCall)


@pytest.mark.parametrize(
    ("url", "method"),
    [
        (GOOD, "POST"),
        (GOOD, "DELETE"),
        (GOOD, "TRACE"),
        ("https://api.example.org/v2/cases", "GET"),
        ("https://api.example.org/v1", "GET"),
        ("https://api.example.org/", "GET"),
        ("https://api.example.org/v1/a/b/notes", "POST"),
        ("http://api.example.org/v1/cases", "GET"),
        ("https://api.example.org:8443/v1/cases", "GET"),
        ("http://api.example.org:443/v1/cases", "GET"),
        ("https://example.org/v1/cases", "GET"),
        ("https://evil-api.example.org/v1/cases", "GET"),
        ("https://api.example.org.evil.example/v1/cases", "GET"),
        ("https://cdn.example.org/open/x", "GET"),
        ("https://evilcdn.example.org/open/x", "GET"),
        ("https://a.cdn.example.org/open/x/y", "GET"),
        ("https://127.0.0.1/v1/cases", "GET"),
        ("https://[::1]/v1/cases", "GET"),
        ("https://2130706433/v1/cases", "GET"),
        ("https://0x7f.1/v1/cases", "GET"),
        ("https://xn--pi-example-kw4d.org/v1/cases", "GET"),
        ("https://old.example.org:8080/x", "GET"),
    ],
)
def test_everything_else_is_refused_by_name(url: str, method: str) -> None:
    assert denied(url, method) == "http_not_allowed"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.example.org/v1/a",
        "//api.example.org/v1/a",
        "ftp://api.example.org/v1/a",
        "file:///etc/passwd",
        "https:///v1/a",
        "https://",
        "https://user@api.example.org/v1/a",
        "https://user:secret@api.example.org/v1/a",
        "https://api.example.org@evil.example/v1/a",
        "https://api.example.org%40evil.example/v1/a",
        "https://api.example.org\\@evil.example/v1/a",
        "https://api.example.org\\v1/a",
        "https://api.example.org./v1/a",
        "https://api.example.org..evil/v1/a",
        "https://api。example。org/v1/a",
        "https://ⓐpi.example.org/v1/a",
        "https://аpi.example.org/v1/a",
        "https://%61pi.example.org/v1/a",
        "https://[fe80::1%25eth0]/v1/a",
        f"https://{'a' * 64}.cdn.example.org/open/x",
        "https://api.example.org:port/v1/a",
        "https://api.example.org:443:80/v1/a",
        "https://api.example.org/v1/a b",
        "https://api.example.org/v1/a\r\nHost: evil.example",
        "https://api.example.org/v1/a\tb",
        "https://api.example.org/v1/a\x00",
        "https://api.example.org/v1/%0d%0aX: y",
        "https://api.example.org/v1/%00",
        "https://api.example.org/v1/..%2fadmin",
        "https://api.example.org/v1/%252e%252e/admin",
        "https://api.example.org/v1/a%5c..%5cadmin",
        "https://api.example.org/v1//admin",
        f"https://api.example.org/v1/{'a' * 2_000}",
    ],
)
def test_an_address_that_programs_read_in_different_ways_is_refused(url: str) -> None:
    assert denied(url) == "http_url_not_valid"


@pytest.mark.parametrize(
    "path", ["/v1/../admin", "/v1/%2e%2e/admin", "/v1/x/../../admin", "/admin"]
)
def test_dots_do_not_lead_out_of_a_rule(path: str) -> None:
    denied(f"https://api.example.org{path}")


def test_why_an_address_is_not_valid_names_no_secret_in_it() -> None:
    found = call("https://user:secret@api.example.org/v1/a")
    assert isinstance(found, Denied)
    assert "secret" not in str(found.values)
    refused = call("https://other.example.org/a?token=secret")
    assert isinstance(refused, Denied)
    assert refused.values == {"name": "GET https://other.example.org/a"}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer x"},
        {"Cookie": "a=b"},
        {"host": "evil.example"},
        {"x-tenant-id": "tenant-b"},
        {"idempotency-key": "mine"},
        {"content-length": "0"},
        {"transfer-encoding": "chunked"},
        {"accept": "text/plain\r\nHost: evil.example"},
        {"accept\r\nhost": "evil.example"},
        {"accept": "ñ\n"},
        {"accept": "a" * 1_001},
        {"accept": 7},
    ],
)
def test_headers_that_are_not_the_models_to_choose_are_refused(headers: dict[str, object]) -> None:
    assert denied(GOOD, headers=headers) == "http_header_not_allowed"


def test_headers_of_the_list_are_taken_in_one_spelling() -> None:
    found = call(GOOD, headers={"Accept": "text/csv", "PREFER": "x"})
    assert isinstance(found, HttpCall)
    assert found.headers == {"accept": "text/csv", "prefer": "x"}


def test_a_call_that_reads_has_no_body() -> None:
    assert denied(GOOD, body={"a": 1}) == "http_body_not_allowed"


def test_a_rule_says_whether_keys_are_honoured_and_a_setting_whether_a_host_may_be_private() -> (
    None
):
    post = call("https://api.example.org/v1/7/notes", "POST", body={"text": "a"})
    old = call("http://old.example.org:8080/x")
    assert isinstance(post, HttpCall)
    assert isinstance(old, HttpCall)
    assert (post.keys, post.private, post.reads) == (True, False, False)
    assert (old.keys, old.private, old.reads) == (False, True, True)


@pytest.mark.parametrize(
    ("location", "allowed"),
    [
        ("/v1/other", True),
        ("other?x=1", True),
        ("https://a.cdn.example.org/open/x", True),
        ("/admin", False),
        ("../admin", False),
        ("https://evil.example/v1/a", False),
        ("//evil.example/v1/a", False),
        ("http://api.example.org/v1/a", False),
        ("http://old.example.org:8080/a", False),
        ("https://user@api.example.org/v1/a", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("file:///etc/passwd", False),
        ("javascript:alert(1)", False),
        ("https://api.example.org:99999/v1/a", False),
    ],
)
def test_a_redirect_is_followed_only_to_where_a_call_may_go(location: str, allowed: bool) -> None:
    start = call(GOOD)
    assert isinstance(start, HttpCall)
    assert isinstance(redirected(start, location, OUTSIDE), HttpCall) is allowed


@given(text=st.text(max_size=80) | st.text(max_size=40).map("https://api.example.org/v1/".__add__))
def test_whatever_is_asked_for_an_allowed_call_is_under_a_rule(text: str) -> None:
    found = call(text)
    if isinstance(found, HttpCall):
        assert found.url.raw_host == "api.example.org"
        assert found.url.raw_path.startswith("/v1/")
        assert not found.url.user


@given(text=st.text(max_size=100))
def test_reading_an_address_never_fails_in_another_way(text: str) -> None:
    read_url(text)
    read_url(f"https://{text}")
    read_url(f"https://api.example.org{text}")

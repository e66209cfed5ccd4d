"""Who asks: forwarded addresses count only as far as configured proxies wrote them, and only pages are pages."""

from __future__ import annotations

import ipaddress

import pytest

from hushgate.caller import (
    _LAYOUTS,
    LAYOUT_MAX,
    LAYOUTS_KEPT,
    address_prefix,
    client_ip,
    read_caller,
    read_headers,
    told_caller,
)

PROXIES = (ipaddress.ip_network("10.0.0.0/8"),)


@pytest.mark.parametrize(
    ("peer", "forwarded", "ip"),
    [
        ("84.1.2.3", "6.6.6.6", "84.1.2.3"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.9", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4:5678", "1.2.3.4"),
        ("10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"),
        ("10.0.0.1", "::ffff:1.2.3.4", "1.2.3.4"),
        ("::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_the_address(peer: str, forwarded: str | None, ip: str) -> None:
    assert client_ip(peer, forwarded, PROXIES) == ip


@pytest.mark.parametrize("padding", [900, 1000, 1020, 1024, 5000])
def test_a_client_cannot_push_out_what_the_proxy_wrote(padding: int) -> None:
    forwarded = ("6.6.6.6, " * 1000)[:padding] + ", 1.2.3.4"
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert read_caller(environ, PROXIES).ip == "1.2.3.4"


@pytest.mark.parametrize(
    ("headers", "hostname"),
    [
        ({"HTTP_ORIGIN": "https://www.example.com"}, "www.example.com"),
        ({"HTTP_ORIGIN": "https://www.example.com:8443"}, "www.example.com"),
        ({"HTTP_ORIGIN": "https://www.example.com."}, "www.example.com"),
        ({"HTTP_ORIGIN": "https://."}, None),
        ({"HTTP_REFERER": "http://www.example.com/a?b"}, "www.example.com"),
        ({"HTTP_ORIGIN": "null", "HTTP_REFERER": "https://www.example.com/"}, None),
        ({"HTTP_ORIGIN": "javascript://www.example.com/%0aalert(1)"}, None),
        ({"HTTP_ORIGIN": "//www.example.com"}, None),
        ({"HTTP_ORIGIN": "https://evil.example\\@www.example.com"}, None),
        ({"HTTP_ORIGIN": "https://www.example.com@evil.example"}, None),
        ({}, None),
    ],
)
def test_the_page(headers: dict[str, str], hostname: str | None) -> None:
    assert read_caller(headers, ()).hostname == hostname


@pytest.mark.parametrize(
    ("ip", "prefix"),
    [
        ("84.1.2.3", "84.1.2.0/24"),
        ("::ffff:84.1.2.3", "84.1.2.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("x", "unknown"),
    ],
)
def test_the_prefix(ip: str, prefix: str) -> None:
    assert address_prefix(ip) == prefix


def test_what_holds_secrets_is_not_kept() -> None:
    environ = {
        "HTTP_COOKIE": "a",
        "HTTP_AUTHORIZATION": "b",
        "HTTP_PROXY": "http://user:word@proxy",
        "HTTP_ACCEPT": "*/*",
    }
    assert read_headers(environ) == {"accept": "*/*"}


def test_headers_keep_the_order_of_each_request() -> None:
    one = {"REMOTE_ADDR": "84.1.2.3", "HTTP_ACCEPT": "a", "HTTP_COOKIE": "secret", "HTTP_HOST": "b"}
    other = dict(reversed(one.items()))
    for _ in range(2):
        assert list(read_headers(one).items()) == [("accept", "a"), ("host", "b")]
        assert list(read_headers(other).items()) == [("host", "b"), ("accept", "a")]
    assert read_headers({**one, "HTTP_ACCEPT": "c"}) == {"accept": "c", "host": "b"}


def test_clients_that_make_up_headers_take_no_more_room() -> None:
    for number in range(3 * LAYOUTS_KEPT):
        assert read_headers({f"HTTP_X_{number}": "a"}) == {f"x-{number}": "a"}
    long = "HTTP_X_" + "Y" * LAYOUT_MAX
    assert read_headers({long: "a"}) == {"x-" + "y" * LAYOUT_MAX: "a"}
    assert len(_LAYOUTS) <= LAYOUTS_KEPT and (long,) not in _LAYOUTS


@pytest.mark.parametrize(
    ("path", "target"),
    [("/jo\xc3\xa3o", "/jo%C3%A3o"), ("/\u4e00", "/%E4%B8%80"), ("/\ud800", "/%3F"), ("", "/")],
)
def test_the_line_of_a_signed_request_can_be_read_whatever_its_path(path: str, target: str) -> None:
    environ = {"HTTP_SIGNATURE_INPUT": "x", "REQUEST_METHOD": "POST", "PATH_INFO": path}
    assert read_caller(environ, ()).line == ("POST", target)


def test_headers_that_a_backend_tells_of_are_read_as_a_server_reads_them() -> None:
    plain = {"Host": "shop.example.com", "User-Agent": "x", "Cookie": "a=1", "Content-Type": "text/plain"}
    assert list(told_caller("203.0.113.7", "https", plain).headers.items()) == [
        ("host", "shop.example.com"),
        ("user-agent", "x"),
        ("content-type", "text/plain"),
    ]
    twice = {**plain, "Authorization": "b", "Accept": "one", "ACCEPT": "two", "X-Long": "y" * 2000}
    headers = told_caller("203.0.113.7", "https", twice).headers
    assert headers["accept"] == "one,two" and len(headers["x-long"]) == 1024
    assert not headers.keys() & {"cookie", "authorization", None}

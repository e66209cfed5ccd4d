"""What the headers of the verdict request say, parsed."""

from __future__ import annotations

import re
from functools import lru_cache

from hushgate.evidence.core import Missing, derived
from hushgate.signals import Brand

VOLATILE = frozenset(
    {
        "content-length",
        "if-none-match",
        "x-forwarded-for",
        "x-real-ip",
        "forwarded",
        "via",
        "x-request-id",
        "x-correlation-id",
        "traceparent",
        "tracestate",
        "x-amzn-trace-id",
        "x-cloud-trace-context",
        "cf-ray",
        "cf-connecting-ip",
        "true-client-ip",
        "fly-request-id",
    }
)
"""Headers that differ from request to request, most of them written by proxies. No check may read them."""

_LOOPBACK = re.compile(r"http://(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::|/|$)")
_BRAND = re.compile(r'"((?:[^"\\]|\\.){0,128})"\s*;\s*v="([^"]{0,64})"')
_TAG = re.compile(r"\s*([A-Za-z0-9*-]{1,35})\s*(?:;[^,]{0,40})?(?:,|$)")


def _header(headers: dict[str, str], name: str) -> str | Missing:
    value = headers.get(name)
    return Missing(f"no {name} header was sent") if value is None else value


@derived
def header_user_agent(headers: dict[str, str]) -> str | Missing:
    """The User-Agent header."""
    return _header(headers, "user-agent")


@derived
def accept_language(headers: dict[str, str]) -> list[str] | Missing:
    """The tags of Accept-Language, in order, without weights."""
    value = _header(headers, "accept-language")
    return value if isinstance(value, Missing) else list(_tags(value[:512]))


@lru_cache(maxsize=1024)
def _tags(value: str) -> tuple[str, ...]:
    return tuple(match.group(1) for match in _TAG.finditer(value))


@lru_cache(maxsize=1024)
def parse_brands(value: str) -> tuple[Brand, ...]:
    """The entries of a Sec-CH-UA header, in order."""
    return tuple(Brand(name.replace('\\"', '"'), version) for name, version in _BRAND.findall(value[:1024]))


@derived
def header_brands(headers: dict[str, str]) -> tuple[Brand, ...] | Missing:
    """The brand list of Sec-CH-UA."""
    value = _header(headers, "sec-ch-ua")
    return value if isinstance(value, Missing) else parse_brands(value)


@derived
def header_platform(headers: dict[str, str]) -> str | Missing:
    """Sec-CH-UA-Platform without its quotes."""
    value = _header(headers, "sec-ch-ua-platform")
    return value if isinstance(value, Missing) else value.strip('"')


@derived
def secure_context(headers: dict[str, str], page: dict[str, str] | None = None) -> bool | Missing:
    """Whether the request went to a trustworthy origin, where browsers add Sec- headers.

    Source: Fetch Metadata and UA Client Hints are sent to potentially trustworthy origins only (W3C Secure Contexts).
    """
    if any(name.startswith(("sec-fetch-", "sec-ch-")) for name in headers):
        return True
    here = f"{(page or {}).get('scheme', 'http')}://{headers.get('host', '')}"
    return _trustworthy(headers.get("origin") or headers.get("referer") or here)


@lru_cache(maxsize=1024)
def _trustworthy(origin: str) -> bool | Missing:
    if origin.startswith("https://") or _LOOPBACK.match(origin):
        return True
    return Missing("the page was not in a secure context")


@derived
def whole_headers(headers: dict[str, str]) -> dict[str, str] | Missing:
    """The headers, where all that were sent are on record: only then does an absent one mean anything.

    Every client sends Host and nearly every one sends Accept; a record made by hand often has neither.
    """
    if "host" in headers and "accept" in headers:
        return headers
    return Missing("not all headers are on record")


@derived
def secure_page(headers: dict[str, str]) -> bool | Missing:
    """Whether the page itself was in a secure context, where scripts have client hints. A secure gate says nothing of its page."""
    page = headers.get("origin") or headers.get("referer")
    return _trustworthy(page) if page else Missing("no header names the page")

"""What the tests of robots share: names that robots give themselves, and an agent that signs its requests."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from hushgate.robots.signatures import thumbprint
from stories import CHROME, HOST

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
YANDEX = "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"
GPTBOT = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"
AGENT = "agent.example"
NOWHERE = Path("/nonexistent")


class Signer(HTTPSignatureKeyResolver):
    """An agent that signs as Web Bot Auth says."""

    def __init__(self) -> None:
        self.private = Ed25519PrivateKey.generate()
        raw = self.private.public_key().public_bytes_raw()
        self.x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    @property
    def directory(self) -> str:
        return json.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": self.x}, {"kty": "RSA", "n": "1"}]})

    def resolve_private_key(self, key_id: str) -> Any:
        return self.private

    def sign(
        self, host: str = HOST, *, parts: tuple[str, ...] = ("@authority", "signature-agent"), **more: Any
    ) -> dict[str, str]:
        """Headers of a signed request to a host."""
        headers = {"Host": host, "User-Agent": CHROME, "Signature-Agent": f'"https://{AGENT}"'}
        request = _Request("POST", f"https://{host}/v1/verdict", headers)
        signer = HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=self)
        now = more.pop("now", datetime.now(UTC))
        expires = more.pop("expires", now + timedelta(minutes=5))
        tag = more.pop("tag", "web-bot-auth")
        signer.sign(
            request, key_id=thumbprint(self.x), created=now, expires=expires, tag=tag, covered_component_ids=parts
        )
        return {name.lower(): value for name, value in request.headers.items()}


class _Request:
    def __init__(self, method: str, url: str, headers: dict[str, str]) -> None:
        self.method, self.url, self.headers = method, url, headers

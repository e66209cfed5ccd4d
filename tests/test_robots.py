"""Robots that say who they are are held to it: by published ranges, by forward-confirmed names in a real DNS, by signed requests."""

from __future__ import annotations

import base64
import ipaddress
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from dns.resolver import Resolver
from dnslib import QTYPE, RCODE, RR, DNSRecord
from dnslib.server import BaseResolver, DNSServer
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver, algorithms

from hushgate.cli import main
from hushgate.data import read_list
from hushgate.registry import all_checks
from hushgate.robots import Lookout
from hushgate.robots.names import WAITING_MAX, Names
from hushgate.robots.networks import Networks
from hushgate.robots.register import Register, profiles, read_networks, shipped_networks
from hushgate.robots.signatures import read_directory, thumbprint
from hushgate.robots.update import sources, update
from hushgate.visit import Robot
from servers import free_port
from stories import CHROME, HEADERS, HOST, judged, open_rig, person

GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
YANDEX = "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)"
GPTBOT = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)"
AGENT = "agent.example"
NOWHERE = Path("/nonexistent")


def packed(text: str) -> bytes:
    return ipaddress.ip_address(text).packed


# ---- published ranges ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("10.0.0.0", "9.255.255.255"),
        ("10.0.1.255", "10.0.2.0"),
        ("10.1.0.7", "10.1.0.8"),
        ("2001:db8::1", "2001:db9::"),
    ],
)
def test_an_address_is_in_its_networks_to_the_last_bit(inside: str, outside: str) -> None:
    networks = Networks(["10.0.1.0/24", "10.0.0.0/24", "10.1.0.0/29", "10.1.0.4/30", "2001:db8::/32"])
    assert packed(inside) in networks
    assert packed(outside) not in networks


def test_networks_up_to_the_end_of_the_addresses() -> None:
    networks = Networks(["255.255.255.0/24", "0.0.0.0/32"])
    assert packed("255.255.255.255") in networks and packed("0.0.0.0") in networks
    assert packed("0.0.0.1") not in networks and packed("::1") not in networks


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"'10\.0\.0\.1/24' is no network"):
        Networks(["10.0.0.1/24"])


def test_the_shipped_lists_fit_together() -> None:
    named = {name for profile in profiles() for name in profile.lists}
    assert named == set(shipped_networks())
    assert set(sources()) <= named
    assert all(profile.lists or profile.domains for profile in profiles())
    assert not any(packed("127.0.0.1") in networks for networks in shipped_networks().values())


def test_a_crawler_from_its_published_range_is_named() -> None:
    first = next(line.split(" ")[1] for line in read_list("robot_ranges.txt") if line.startswith("google-googlebot "))
    address = str(ipaddress.ip_network(first).network_address)
    robot = Lookout(NOWHERE).recognise(address, {"user-agent": GOOGLEBOT})
    assert robot == Robot("Googlebot", "Google", verified=True, by="by its published range")
    mapped = Lookout(NOWHERE).recognise(f"::ffff:{address}", {"user-agent": GOOGLEBOT})
    assert mapped == robot


def test_a_borrowed_name_is_found_out_only_where_it_can_be() -> None:
    lookout = Lookout(NOWHERE)
    gptbot = lookout.recognise("84.128.0.1", {"user-agent": GPTBOT})
    yandex = lookout.recognise("84.128.0.1", {"user-agent": YANDEX})
    assert gptbot and gptbot.verified is False and "OpenAI" in gptbot.by
    assert yandex and yandex.verified is None and "not looked up" in yandex.by
    unread = lookout.recognise("", {"user-agent": GPTBOT})
    assert unread and unread.verified is None


@pytest.mark.parametrize(
    "agent",
    [
        CHROME,
        "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 Ddg/17.4",
        "Mozilla/5.0 (X11; U; Linux x86_64; en-US) AppleWebKit/534.26+ (KHTML, like Gecko) Ubuntu/11.04 Epiphany/2.30.6",
        "",
        "x" * 9000 + " Googlebot/2.1",
    ],
)
def test_people_name_no_robot(agent: str) -> None:
    assert Lookout(NOWHERE).recognise("84.128.0.1", {"user-agent": agent}) is None


def test_the_longest_name_is_meant() -> None:
    claimed = Register({}).claimed("Googlebot-Image/1.0")
    assert claimed and claimed.name == "Googlebot-Image"


def test_an_operator_adds_lists_and_robots(tmp_path: Path) -> None:
    ranges = tmp_path / "ranges"
    ranges.mkdir()
    (ranges / "UptimeRobot.txt").write_text("# our monitor\n192.0.2.0/25  # Frankfurt\n\n2001:db8::/64\n")
    (ranges / "openai-gptbot.json").write_text('{"creationTime": "x", "prefixes": [{"ipv4Prefix": "198.51.100.0/24"}]}')
    (ranges / "PerplexityBot.txt").write_text("203.0.113.9/32\n")
    lookout = Lookout(tmp_path)
    monitor = lookout.recognise("192.0.2.9", {"user-agent": "Mozilla/5.0+(compatible; UptimeRobot/2.0)"})
    assert monitor and monitor.verified and monitor.name == "UptimeRobot"
    new, old = (lookout.recognise(ip, {"user-agent": GPTBOT}) for ip in ("198.51.100.7", "132.196.86.1"))
    assert new and new.verified and old and old.verified is False, "a list by a shipped name takes its place"
    added = lookout.recognise("203.0.113.9", {"user-agent": "PerplexityBot/1.0"})
    assert added and added.verified, "a list by a robot's name adds to its own"


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [("a.txt", "10.0.0.0/33\n", "a.txt: '10.0.0.0/33'"), ("b.json", "{}", "b.json: "), ("c.json", "[", "c.json: ")],
)
def test_a_list_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str, what: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=what):
        read_networks(tmp_path / name)


# ---- names, in a DNS of our own ------------------------------------------------------------------------------------


class _Zone(BaseResolver):  # type: ignore[misc]
    def __init__(self) -> None:
        self.records: dict[tuple[str, str], str] = {}
        self.asked: list[str] = []

    def resolve(self, request: DNSRecord, handler: Any) -> DNSRecord:
        name, kind = str(request.q.qname).rstrip(".").lower(), QTYPE[request.q.qtype]
        self.asked.append(f"{name} {kind}")
        reply = request.reply()
        if (name, kind) in self.records:
            reply.add_answer(*RR.fromZone(f"{name} 60 {kind} {self.records[name, kind]}"))
        elif not any(known == name for known, _ in self.records):
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


class Dns(NamedTuple):
    zone: _Zone
    names: Names


@pytest.fixture
def dns() -> Iterator[Dns]:
    """A real server on a free port: 77.88.5.1 is Yandex's, 77.88.5.2 only says so, 77.88.5.3 has somebody else's name."""
    zone = _Zone()
    soa = "ns.yandex.ru. root.yandex.ru. 1 2 3 4 5"
    zone.records = {
        ("yandex.ru", "SOA"): soa,
        ("yandex.net", "SOA"): soa,
        ("1.5.88.77.in-addr.arpa", "PTR"): "spider-1.yandex.ru.",
        ("spider-1.yandex.ru", "A"): "77.88.5.1",
        ("2.5.88.77.in-addr.arpa", "PTR"): "spider-1.yandex.ru.",
        ("3.5.88.77.in-addr.arpa", "PTR"): "spider.notyandex.ru.",
        ("spider.notyandex.ru", "A"): "77.88.5.3",
    }
    port = free_port()
    server = DNSServer(zone, address="127.0.0.1", port=port, logger=_Quiet())
    server.start_thread()
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], port
    names = Names(resolver)
    yield Dns(zone, names)
    names.close()
    server.stop()
    server.server.server_close()


class _Quiet:
    def __getattr__(self, _: str) -> Any:
        return lambda *_: None


def settled(lookout: Lookout, ip: str) -> Robot:
    """What is known of a visit that calls itself YandexBot, once DNS was asked."""
    for _ in range(100):
        robot = lookout.recognise(ip, {"user-agent": YANDEX})
        assert robot is not None
        if "still being looked up" not in robot.by:
            return robot
        time.sleep(0.05)
    raise AssertionError("the name was never looked up")


def test_the_first_visit_waits_for_no_dns_and_the_next_knows(dns: Dns) -> None:
    lookout = Lookout(NOWHERE, dns.names)
    first = lookout.recognise("77.88.5.1", {"user-agent": YANDEX})
    assert first and first.verified is None and "still being looked up" in first.by
    assert settled(lookout, "77.88.5.1") == Robot(
        "YandexBot", "Yandex", verified=True, by="by its address's name, spider-1.yandex.ru"
    )
    asked = len(dns.zone.asked)
    settled(lookout, "77.88.5.1")
    assert len(dns.zone.asked) == asked, "what is known is not asked again"


@pytest.mark.parametrize("ip", ["77.88.5.2", "77.88.5.3", "77.88.5.4"])
def test_a_name_that_does_not_lead_back_is_no_proof(dns: Dns, ip: str) -> None:
    robot = settled(Lookout(NOWHERE, dns.names), ip)
    assert robot.verified is False
    assert "no name in yandex.ru or yandex.net" in robot.by


def test_a_dns_that_denies_everything_convicts_nobody(dns: Dns) -> None:
    dns.zone.records.clear()
    robot = settled(Lookout(NOWHERE, dns.names), "77.88.5.1")
    assert robot.verified is None
    assert "does not know the robot's own domain" in robot.by


def test_a_dns_that_is_not_there_convicts_nobody() -> None:
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], free_port()
    answer = Names(resolver).look_up("77.88.5.1", ("yandex.ru",))
    assert answer.name is None and "DNS did not answer" in answer.why


def test_claims_from_everywhere_fill_no_memory(dns: Dns, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr(dns.names, "look_up", lambda *_: held.wait(10))
    for number in range(WAITING_MAX + 50):
        assert dns.names.known(f"10.0.{number // 256}.{number % 256}", ("yandex.ru",)) is None
    assert len(dns.names._waiting) == WAITING_MAX
    dns.names.close()
    held.set()


# ---- signed requests -----------------------------------------------------------------------------------------------


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


@pytest.fixture
def signer() -> Signer:
    return Signer()


@pytest.fixture
def knowing(tmp_path: Path, signer: Signer) -> Lookout:
    """A lookout that has the signer's directory."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / f"{AGENT}.json").write_text(signer.directory)
    return Lookout(tmp_path)


def test_a_signed_request_is_named_by_its_key(knowing: Lookout, signer: Signer) -> None:
    robot = knowing.recognise("84.128.0.1", signer.sign())
    assert robot == Robot(AGENT, AGENT, verified=True, by=f"by its signature, with a key of {AGENT}")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"host": "www.other.example"}, ""),
        ({"signature-agent": '"https://somebody.example"'}, ""),
        ({"signature": "sig1=:AAAA:"}, ""),
        ({"signature": "%"}, ""),
    ],
)
def test_a_signature_that_does_not_fit_is_false(
    knowing: Lookout, signer: Signer, change: dict[str, str], why: str
) -> None:
    robot = knowing.recognise("84.128.0.1", {**signer.sign(), **change})
    assert robot and robot.verified is False and robot.name == AGENT


def test_an_old_signature_is_false(knowing: Lookout, signer: Signer) -> None:
    old = datetime.now(UTC) - timedelta(hours=1)
    robot = knowing.recognise("84.128.0.1", signer.sign(now=old))
    assert robot and robot.verified is False


def test_a_signature_for_any_host_is_false(knowing: Lookout, signer: Signer) -> None:
    robot = knowing.recognise("84.128.0.1", signer.sign(parts=("signature-agent",)))
    assert robot and robot.verified is False and "does not cover" in robot.by


def test_a_key_that_is_not_known_convicts_nobody(knowing: Lookout) -> None:
    robot = knowing.recognise("84.128.0.1", Signer().sign())
    assert robot and robot.verified is None and "in no directory" in robot.by


def test_what_is_signed_but_not_known_here_convicts_nobody(knowing: Lookout, signer: Signer) -> None:
    headers = signer.sign(parts=("@authority", "@method", "@path", "signature-agent"))
    unknown = knowing.recognise("84.128.0.1", headers)
    assert unknown and unknown.verified is None and "not known here" in unknown.by
    robot = knowing.recognise("84.128.0.1", headers, line=("POST", "/v1/verdict"))
    assert robot and robot.verified


def test_an_agent_cannot_sign_in_the_name_of_another(tmp_path: Path, knowing: Lookout, signer: Signer) -> None:
    other = Signer()
    (tmp_path / "keys" / "other.example.json").write_text(other.directory)
    signed = other.sign()
    ahead = f'sig0=("@authority");keyid="{thumbprint(signer.x)}";tag="x", {signed["signature-input"]}'
    headers = {**signed, "signature-input": ahead, "signature": f"sig0=:AAAA:, {signed['signature']}"}
    robot = Lookout(tmp_path).recognise("84.128.0.1", headers)
    assert robot and robot.verified and robot.name == "other.example"


def test_other_signatures_are_not_ours_to_judge(knowing: Lookout, signer: Signer) -> None:
    assert knowing.recognise("84.128.0.1", signer.sign(tag="something-else")) is None


@pytest.mark.parametrize(
    "header",
    ["", "sig1", 'sig1=();tag="web-bot-auth"', 'x;keyid="";tag="web-bot-auth"', '"' * 900 + 'tag="web-bot-auth"'],
)
def test_no_header_breaks_it(knowing: Lookout, header: str) -> None:
    robot = knowing.recognise("84.128.0.1", {"user-agent": CHROME, "signature-input": header})
    assert robot is None or robot.verified is None


@pytest.mark.parametrize("text", ["", "{}", '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA"}]}', "[1]"])
def test_a_directory_that_cannot_be_used_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=rf"{AGENT}: no directory of keys"):
        read_directory(text.encode(), AGENT)


def test_the_id_of_a_key_is_that_of_the_standard() -> None:
    # RFC 8037, appendix A.3
    assert thumbprint("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo") == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


# ---- what it means -------------------------------------------------------------------------------------------------


def test_a_verified_robot_is_a_bot_and_is_refused() -> None:
    robot = {"name": "Googlebot", "operator": "Google", "verified": True, "by": "by its published range"}
    result = judged({**person(), "robot": robot})
    assert (result.judged.verdict, result.judged.decision, result.conversion) == ("bot", "deny", "suppress")
    assert result.judged.findings[0].saw == "Googlebot, verified by its published range"


def test_the_word_of_a_robot_that_could_not_be_asked_is_not_judged() -> None:
    result = judged({**person(), "robot": {"name": "YandexBot", "operator": "Yandex", "by": "DNS did not answer"}})
    why = {skip.check: skip.why for skip in result.skipped}
    assert why["robot-false"] == "YandexBot could not be verified: DNS did not answer"
    assert result.judged.verdict == "human"


def test_a_false_robot_is_found() -> None:
    robot = {
        "name": "GPTBot",
        "operator": "OpenAI",
        "verified": False,
        "by": "OpenAI publishes no range with its address",
    }
    result = judged({**person(), "robot": robot})
    assert [finding.check for finding in result.judged.findings if finding.weight] == ["robot-false"]


def test_the_gate_names_a_signed_agent_and_an_operator_may_let_it_in(tmp_path: Path, signer: Signer) -> None:
    keys = tmp_path / "robots" / "keys"
    keys.mkdir(parents=True)
    (keys / f"{AGENT}.json").write_text(signer.directory)
    rig = open_rig(tmp_path, policy={"robot": "allow"})
    signed = {name: value for name, value in signer.sign("localhost").items() if name.startswith("signature")}
    answer = rig.visit(headers={**HEADERS, **signed}).get_json()
    told = rig.redeem(answer["token"])
    rig.house.close()
    assert answer["conversion"] == "suppress"
    assert (told["verdict"], told["decision"], told["success"]) == ("bot", "allow", True)
    assert told["findings"][0]["check"] == "robot-verified"


def test_a_broken_list_stops_the_gate_with_its_name(tmp_path: Path) -> None:
    ranges = tmp_path / "robots" / "ranges"
    ranges.mkdir(parents=True)
    (ranges / "mine.txt").write_text("here\n")
    with pytest.raises(Exception, match="'here' is no network"):
        open_rig(tmp_path)


def test_robots_have_checks_of_their_own() -> None:
    assert {check.name for check in all_checks() if check.family == "robots"} == {"robot-verified", "robot-false"}


# ---- fetching, and the command -------------------------------------------------------------------------------------


@contextmanager
def serving(pages: dict[str, str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            body = pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_lists_are_fetched_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    good, bad = '{"prefixes": [{"ipv4Prefix": "192.0.2.0/24"}]}', '{"prefixes": []}'
    with serving({"/good": good, "/bad": bad}) as url:
        lists = {"one": f"{url}/good", "two": f"{url}/good"}
        assert [(f.name, f.entries, f.error) for f in update(tmp_path, [], lists)] == [("one", 1, ""), ("two", 1, "")]
        lists = {"one": f"{url}/bad", "two": f"{url}/gone", "three": "http://www.example.com/"}
        errors = {fetched.name: fetched.error for fetched in update(tmp_path, [], lists)}
    assert "nothing in it can be used" in errors["one"] and "404" in errors["two"] and "is not https" in errors["three"]
    assert sorted(path.name for path in (tmp_path / "ranges").iterdir()) == ["one.json", "two.json"]
    assert (tmp_path / "ranges" / "one.json").read_text() == good


def test_an_agents_keys_are_fetched_over_https_only(tmp_path: Path) -> None:
    with serving({"/.well-known/http-message-signatures-directory": Signer().directory}) as url:
        (fetched,) = update(tmp_path, [url.removeprefix("http://")], {})
    assert fetched.error and not list((tmp_path / "keys").iterdir())


def command(tmp_path: Path, *arguments: str) -> tuple[int, str]:
    (tmp_path / "hushgate.toml").write_text(f'[gate]\ndata = "{tmp_path}"\n')
    environ = {"HUSHGATE_CONFIG": str(tmp_path / "hushgate.toml")}
    result = CliRunner().invoke(main, ["robots", *arguments], env=environ)
    return result.exit_code, result.output


def test_the_command_lists_and_checks(tmp_path: Path) -> None:
    code, listed = command(tmp_path, "list")
    assert code == 0 and "Googlebot (Google): " in listed and "names in googlebot.com" in listed
    assert command(tmp_path, "check", "66.249.66.1", GOOGLEBOT) == (
        0,
        "Googlebot (Google), verified by its published range\n",
    )
    code, said = command(tmp_path, "check", "84.128.0.1", GPTBOT)
    assert code == 1 and "not so: OpenAI publishes no range" in said
    assert command(tmp_path, "check", "84.128.0.1", CHROME) == (0, "it names no robot that is known here\n")

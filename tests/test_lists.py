"""Blocklists and allowlists: what an entry names, what it does, who hears of it, and how all workers come to know it."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from hushgate.cli import main
from hushgate.errors import BadField, StateLost
from hushgate.keys import new_key
from hushgate.lists.book import Asked, Book, compile_entries
from hushgate.lists.entry import Entry, new_entry, read_value
from hushgate.lists.store import FileLists, ListStore, SharedLists
from hushgate.signup.lists import judge, open_book
from hushgate.visit import Word
from stories import HOST, SITE, Rig, open_rig
from test_limits import Door

Making = Callable[[], ListStore]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("203.0.113.7", ("address", "203.0.113.7")),
        (" 203.0.113.0/24 ", ("address", "203.0.113.0/24")),
        ("2001:DB8::/32", ("address", "2001:db8::/32")),
        ("::ffff:192.0.2.0/120", ("address", "192.0.2.0/24")),
        ("as64500", ("network", "AS64500")),
        ("network:64500", ("network", "AS64500")),
        ("Mail.Example.", ("domain", "mail.example")),
        ("@mail.example", ("domain", "mail.example")),
        ("ann@mail.example", ("domain", "mail.example")),
        ("bücher.example", ("domain", "xn--bcher-kva.example")),
        ("agent:curl/**", ("agent", "curl/*")),
        ("agent: Mozilla/5.0 (X11; bad)", ("agent", "Mozilla/5.0 (X11; bad)")),
    ],
)
def test_what_an_entry_names(text: str, names: tuple[str, str]) -> None:
    assert read_value(text) == names


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("203.0.113.0/33", "no address, network or domain"),
        ("203.0.113.7/24", "did you mean 203.0.113.0/24?"),
        ("0.0.0.0/0", "wider than /8"),
        ("::/0", "wider than /16"),
        ("curl/8", "or agent:curl"),
        ("agent:**", "name everybody"),
        ("", "1 to 512"),
        ("x" * 600, "1 to 512"),
        ("localhost", "no address, network or domain"),
        ("a@b", "no address, network or domain"),
        ("AS99999999999", "no address"),
        ("domain:203.0.113.7", "is no domain"),
    ],
)
def test_what_names_nothing_is_refused_with_a_remedy(text: str, why: str) -> None:
    with pytest.raises(BadField, match=why.replace("/", r"\/").replace("?", r"\?")) as caught:
        read_value(text)
    assert caught.value.field == "value"


def entries(*texts: str, list: str = "block", **more: Any) -> list[Entry]:
    return [new_entry(list, text, by="ann", reason="spam", **more) for text in texts]  # type: ignore[arg-type]


def found(asked: Asked, *texts: str) -> list[str]:
    return [entry.value for entry in compile_entries(entries(*texts)).find(asked)]


def test_an_address_is_found_in_every_range_that_holds_it() -> None:
    ranges = ("198.51.100.7", "198.51.100.0/24", "198.0.0.0/8", "198.51.100.8", "2001:db8::/32", "2001:db8:1::/48")
    assert found(Asked("", "198.51.100.7"), *ranges) == ["198.51.100.7", "198.51.100.0/24", "198.0.0.0/8"]
    assert found(Asked("", "::ffff:198.51.100.9"), *ranges) == ["198.51.100.0/24", "198.0.0.0/8"]
    assert found(Asked("", "2001:db8:1::5"), *ranges) == ["2001:db8::/32", "2001:db8:1::/48"]
    assert (
        found(Asked("", "2001:db9::1"), *ranges)
        == found(Asked("", ""), *ranges)
        == found(Asked("", "x"), *ranges)
        == []
    )


def test_domains_are_found_with_what_lies_under_them_and_agents_by_pattern() -> None:
    assert found(Asked("", "", domain="a.b.mail.example"), "mail.example", "xmail.example") == ["mail.example"]
    assert found(Asked("", "", domain="x." * 200 + "mail.example"), "mail.example") == []
    agents = ("agent:curl/*", "agent:*Head*less*", "agent:exact", "agent:a*a")
    assert found(Asked("", "", agent="CURL/8.1"), *agents) == ["curl/*"]
    assert found(Asked("", "", agent="x Head y less z"), *agents) == ["*Head*less*"]
    assert found(Asked("", "", agent="lessHead"), *agents) == found(Asked("", "", agent="exactly"), *agents) == []
    assert found(Asked("", "", agent="a"), *agents) == [] and found(Asked("", "", agent="aa"), *agents) == ["a*a"]
    assert found(Asked("", "", asn=64500), "AS64500", "AS64501") == ["AS64500"]


def test_no_pattern_is_slow() -> None:
    hostile = compile_entries(entries("agent:*" + "a*" * 200 + "b"))
    began = time.process_time()
    hostile.find(Asked("", "", agent="a" * 1024))
    assert time.process_time() - began < 0.1


def test_an_entry_ends_and_is_of_its_site() -> None:
    [soon] = entries("203.0.113.7", until="1h", site="site-a")
    book = compile_entries([soon])
    assert book.find(Asked("site-a", "203.0.113.7")) == [soon] and book.find(Asked("site-b", "203.0.113.7")) == []
    assert soon.live(soon.at + 3599) and not soon.live(soon.at + 3601)
    for text in ("soon", "2001-01-01", "0", "5y"):
        with pytest.raises(BadField) as caught:
            entries("203.0.113.7", until=text)
        assert caught.value.field == "until"
    with pytest.raises(BadField, match="decision"):
        entries("203.0.113.7", decision="allow")
    with pytest.raises(BadField, match="by"):
        new_entry("block", "203.0.113.7", by=" ")


def said(blocks: list[Entry], allows: list[Entry]) -> Word:
    word = judge([*blocks, *allows])
    assert word is not None
    return word


def test_an_allow_beats_a_block_and_says_so() -> None:
    blocks, allow = entries("203.0.113.0/24", "mail.example"), entries("203.0.113.7", list="allow")
    word = said(blocks, allow)
    assert (word.decision, word.code, word.lifts) == ("allow", "allowed-address", ("*",))
    assert "beats the blocklist: address 203.0.113.0/24" in word.reason and "203.0.113.7" not in word.reason


def test_what_anybody_can_write_lifts_no_verdict_and_no_hard_block() -> None:
    allow = entries("mail.example", list="allow")
    word = said(entries("AS64500"), allow)
    assert (word.decision, word.code, word.lifts) == ("allow", "allowed-domain", ("mail",))
    assert said(entries("203.0.113.7"), allow).decision == "deny"
    assert said(entries("203.0.113.7", decision="challenge"), allow).decision == "allow"


def test_the_strongest_block_decides() -> None:
    word = said([*entries("AS64500", decision="challenge"), *entries("mail.example", decision="ghost")], [])
    assert (word.decision, word.code) == ("ghost", "blocked-domain")
    assert judge([]) is None


@pytest.fixture(params=["file", "redis", "redis-cluster"])
def making(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Making]:
    """Opens the same lists again and again, as each worker does."""
    made: list[ListStore] = []

    def make() -> ListStore:
        if request.param == "file":
            made.append(FileLists(tmp_path / "lists.sqlite"))
        else:
            url = request.getfixturevalue("server" if request.param == "redis" else "cluster").url
            made.append(SharedLists(url))
        return made[-1]

    yield make
    store = make()
    store.change([], [entry.id for entry in store.read()], [])
    for each in made:
        each.close()


def test_all_workers_know_of_a_change_within_about_a_second(making: Making) -> None:
    one, other = Book(making()), Book(making())
    asked = Asked("", "203.0.113.7")
    assert one.find(asked) == other.find(asked) == []
    entry = one.add("block", "203.0.113.0/24", by="ann", reason="spam", until="7d")
    _until(lambda: other.find(asked) == [entry] == one.find(asked))
    assert one.remove([entry.id], "bob") == [entry] and one.remove([entry.id], "bob") == []
    _until(lambda: other.find(asked) == [] == one.find(asked))


def _until(true: Callable[[], bool], seconds: float = 2) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_names_the_same_is_replaced_and_all_is_written_down(making: Making) -> None:
    book = Book(making())
    before = len(book.store.audit(1000))
    book.add("block", "mail.example", by="ann", reason="spam")
    second = book.add("block", "Mail.example", by="bob", reason="more\nspam")
    other = book.add("allow", "mail.example", by="ann")
    assert sorted(book.entries(), key=lambda entry: entry.list) == [other, second]
    assert second.reason == "more spam" and other.reason == "no reason was given"
    book.remove([second.id, "nothing"], "eve")
    trail = book.store.audit(1000)[before:]
    assert [(line.by, line.did, line.entry.list) for line in trail] == [
        ("ann", "added", "block"),
        ("bob", "replaced", "block"),
        ("ann", "added", "allow"),
        ("eve", "removed", "block"),
    ]
    assert [line.did for line in book.store.audit(1)] == ["removed"]


def test_what_expired_long_ago_is_cleared_away_and_written_down(making: Making) -> None:
    store = making()
    [old] = entries("203.0.113.9", until="1h")
    store.change([msgspec.structs.replace(old, until=time.time() - 40 * 86400)], [], [])
    Book(store).add("block", "203.0.113.8", by="ann")
    assert [entry.value for entry in store.read()] == ["203.0.113.8"]
    assert [line.did for line in store.audit(2)] == ["added", "expired"]


def test_where_the_lists_are_lost_the_last_copy_decides(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "lists.sqlite"
    book = Book(FileLists(file))
    entry = book.add("block", "203.0.113.7", by="ann")
    assert book.find(Asked("", "203.0.113.7")) == [entry]
    file.write_bytes(b"no database " * 1000)
    time.sleep(2 * FileLists.patience)
    with caplog.at_level(logging.ERROR, "hushgate"):
        assert book.find(Asked("", "203.0.113.7")) == [entry]
    assert "the last copy goes on deciding" in caplog.text
    with pytest.raises(StateLost):
        book.add("block", "203.0.113.8", by="ann")
    gone = Book(SharedLists("redis://127.0.0.1:1"))
    assert gone.find(Asked("", "203.0.113.7")) == []


def test_long_lists_are_read_beside_the_requests(tmp_path: Path) -> None:
    store = FileLists(tmp_path / "lists.sqlite")
    many = [new_entry("block", f"10.{n >> 8}.{n & 255}.0/24", by="ann") for n in range(4000)]
    store.change(many, [], [])
    book = Book(store)
    assert book.find(Asked("", "10.15.1.1")) == [many[15 * 256 + 1]]
    began = time.process_time()
    for _ in range(1000):
        book.find(Asked("", "10.15.1.1"))
    assert (time.process_time() - began) / 1000 < 0.001
    book.add("block", "203.0.113.7", by="ann")
    _until(lambda: len(book.find(Asked("", "203.0.113.7"))) == 1, 5)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Door]:
    rig = open_rig(tmp_path, limits={"address": "off", "device": "off"})
    yield Door(rig)
    rig.house.close()


def block(site: Door, text: str, list: str = "block", **more: str) -> Entry:
    entry = site.rig.house.room(open_book).add(list, text, by="ann", reason="spam", **more)  # type: ignore[arg-type]
    time.sleep(0.25)  # the file's clock ticks
    return entry


def test_a_blocked_address_is_refused_everywhere_before_anything_else(site: Door) -> None:
    rig, peer = site.rig, {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    before, token = rig.open(), rig.token()
    entry = block(site, "203.0.113.0/24")
    admission = site.signup(token=token)
    assert (admission.decision, admission.id, admission.conversion) == ("deny", None, "suppress")
    assert admission.log["code"] == "blocked-address" and entry.id in admission.reason
    refused = [
        rig.post("/v1/session", {"sitekey": SITE}, **peer),
        rig.post("/v1/verdict", rig.seal(before, rig.payload({})), **peer),
    ]
    for response in refused:
        assert (response.status_code, response.get_json()["error"]["code"]) == (429, "too-many-requests")
        assert "block" not in response.text and "spam" not in response.text
    assert rig.visit().status_code == 200, "others are not refused"
    assert site.signup("198.51.100.1", token=token).allowed, "the token was not touched"


def test_blocks_that_are_not_hard_act_at_the_door_alone(site: Door) -> None:
    block(site, "203.0.113.7", decision="challenge")
    block(site, "mail.example", decision="ghost")
    block(site, "agent:*Bad/*")
    peer = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    assert site.rig.post("/v1/session", {"sitekey": SITE}, **peer).status_code == 200
    assert site.signup().decision == "challenge"
    assert site.signup("198.51.100.1", email="x@sub.mail.example").ghosted
    assert site.gate.admit(_request("Bad/1"), token="", action="signup").decision == "deny"


def _request(agent: str) -> Any:
    return SimpleNamespace(environ={"HTTP_USER_AGENT": agent, "REMOTE_ADDR": "198.51.100.1"})


def test_an_allowed_address_gets_in_whatever_else_is_said(site: Door) -> None:
    block(site, "203.0.113.0/24")
    block(site, "203.0.113.7", list="allow")
    driven = site.gate.admit(_agent("curl/8", "203.0.113.7"), token="", action="signup")
    assert driven.allowed and driven.conversion == "suppress" and driven.verdict == "bot"
    assert "beats the blocklist" in driven.reason
    assert site.gate.admit(_agent("curl/8", "203.0.113.8"), token="", action="signup").decision == "deny"


def _agent(agent: str, ip: str) -> Any:
    request = _request(agent)
    request.environ["REMOTE_ADDR"] = ip
    return request


def test_an_allowed_mail_domain_lifts_no_verdict(site: Door) -> None:
    block(site, "mail.example", list="allow")
    assert site.gate.admit(_request("curl/8"), token="", action="signup", email="a@mail.example").ghosted
    assert site.signup(email="a@mail.example").allowed


def test_where_the_site_observes_nobody_is_refused(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, mode="observe")
    site = Door(rig)
    block(site, "203.0.113.7")
    peer = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    assert rig.post("/v1/session", {"sitekey": SITE}, **peer).status_code == 200
    admission = site.signup()
    assert (admission.decision, admission.would) == ("allow", "deny")
    rig.house.close()


def test_entries_in_the_settings_count_at_their_site(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, lists={"block": ["203.0.113.0/24", "agent:Bad/*"], "allow": ["203.0.113.9"]})
    site = Door(rig)
    assert [site.signup(f"203.0.113.{n}").decision for n in (8, 9)] == ["deny", "allow"]
    assert "in the settings" in site.signup("203.0.113.8").reason
    rig.house.close()


def bearer(rig: Rig) -> dict[str, str]:
    return {"Authorization": f"Bearer {rig.secret}"}


def test_a_backend_keeps_its_own_entries_over_http(site: Door) -> None:
    rig = site.rig
    shared = block(site, "AS64501")
    question = {"list": "block", "value": "203.0.113.7", "reason": "spam", "by": "support", "until": "7d"}
    added = rig.client.post("/v1/lists", json=question, headers=bearer(rig))
    assert added.status_code == 200, added.text
    [entry] = added.get_json()["entries"]
    assert (entry["site"], entry["by"], entry["kind"]) == (SITE, "support", "address") and entry["until"] > time.time()
    assert rig.client.post("/v1/lists", json={**question, "value": "AS64500", "secret": rig.secret}).status_code == 200
    listed = rig.client.get("/v1/lists", headers=bearer(rig)).get_json()["entries"]
    assert {one["value"] for one in listed} == {"203.0.113.7", "AS64500", "AS64501"}
    removed = rig.client.delete(f"/v1/lists/{entry['id']}", headers=bearer(rig))
    assert removed.get_json()["entries"] == [entry]
    for one in (entry["id"], shared.id, "nothing"):
        assert rig.client.delete(f"/v1/lists/{one}", headers=bearer(rig)).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"list": "block", "value": "203.0.113.0/40"}, 400, "value"),
        ({"list": "grey", "value": "203.0.113.7"}, 400, "list"),
        ({"list": "block"}, 400, "value"),
        ({"list": "block", "value": "203.0.113.7", "until": "never"}, 400, "until"),
        ({"list": "block", "value": "203.0.113.7", "kind": "planet"}, 400, "kind"),
        ({"list": "block", "value": "203.0.113.7", "decision": "allow"}, 400, "decision"),
        ([], 400, "body"),
    ],
)
def test_a_bad_entry_over_http_names_the_field(rig: Rig, body: Any, status: int, field: str) -> None:
    response = rig.client.post("/v1/lists", json=body, headers=bearer(rig))
    assert (response.status_code, response.get_json()["error"]["field"]) == (status, field), response.text


def test_lists_over_http_want_the_sites_secret(rig: Rig) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": rig.secret}):
        assert rig.client.get("/v1/lists", headers=headers).status_code == 401
        assert rig.client.delete("/v1/lists/x", headers=headers).status_code == 401
        question = {"list": "block", "value": "203.0.113.7"}
        assert rig.client.post("/v1/lists", json=question, headers=headers).status_code == 401


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    settings = tmp_path / "hushgate.toml"
    mode = f'[sites.{SITE}]\nhostnames = ["{HOST}"]\nmode = "enforce"\n[sites.{SITE}.lists]\nblock = ["AS64999"]\n'
    settings.write_text(f'[gate]\ndata = "{tmp_path / "data"}"\n{mode}[sites.quiet]\nhostnames = ["q.example"]\n')
    monkeypatch.setenv("HUSHGATE_CONFIG", str(settings))
    monkeypatch.setenv("HUSHGATE_KEYS", new_key())
    return lambda *words: CliRunner().invoke(main, list(words))


def test_lists_by_command(command: Callable[..., Any]) -> None:
    added = command("block", "add", "203.0.113.0/24", "mail.example", "--reason", "spam", "--by", "ann", "--for", "7d")
    assert added.exit_code == 0, added.output
    assert (
        added.output.count("added ") == 2
        and "only recorded, not refused, where the lists do not enforce: quiet" in added.output
    )
    assert "beats" not in added.output
    allowed = command("allow", "add", "203.0.113.7", "--by", "bob")
    assert "no reason was given" in allowed.output
    again = command("block", "add", "203.0.113.7", "--by", "ann")
    assert "the allowlist beats it" in again.output
    checked = command("block", "check", "203.0.113.7").output
    assert "all sites: allow: on the allowlist" in checked and "beats the blocklist" in checked
    assert "deny: blocked: domain mail.example" in command("block", "check", "x@mail.example", "--site", SITE).output
    assert "on no list" in command("block", "check", "192.0.2.1").output
    assert f"{SITE}: deny" in command("block", "check", "AS64999").output
    listed = [json.loads(line) for line in command("block", "list", "--json").output.splitlines()]
    assert {entry["value"] for entry in listed} == {"203.0.113.0/24", "203.0.113.7", "mail.example", "AS64999"}
    removed = command("block", "remove", "Mail.Example", listed[1]["id"], "--by", "eve")
    assert removed.output.count("removed ") == 2, removed.output
    assert command("block", "remove", "mail.example").exit_code == 2
    assert command("block", "remove", "AS64999").exit_code == 2
    trail = command("allow", "audit").output.splitlines()
    assert len(trail) == 6 and "eve  removed  blocklist" in trail[-1]
    assert [
        json.loads(line)["by"] for line in command("block", "audit", "--json", "--last", "2").output.splitlines()
    ] == ["eve"] * 2


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("203.0.113.0/24", "nonsense"), "is no address, network or domain"),
        (("203.0.113.7", "--until", "never"), "is no time"),
        (("203.0.113.7", "--site", "nobody"), "no site has the key nobody"),
        (("203.0.113.7", "--by", " "), "say who does this"),
    ],
)
def test_a_command_that_will_not_do_adds_nothing(command: Callable[..., Any], words: tuple[str, ...], why: str) -> None:
    refused = command("block", "add", *words)
    assert refused.exit_code == 2 and why in refused.output
    assert [line for line in command("block", "list").output.splitlines() if "AS64999" not in line] == []


def test_the_file_is_readable_by_its_user_alone(tmp_path: Path) -> None:
    book = Book(FileLists(tmp_path / "data" / "lists.sqlite"))
    book.add("block", "203.0.113.7", by="ann")
    assert (tmp_path / "data" / "lists.sqlite").stat().st_mode & 0o077 == 0
    with sqlite3.connect(tmp_path / "data" / "lists.sqlite") as handle:
        assert handle.execute("SELECT count(*) FROM entry").fetchone() == (1,)
    handle.close()

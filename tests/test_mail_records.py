"""What shows only across signups, counted in every store; and what of an address is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from hushgate.signup.mail import records
from hushgate.signup.mail.address import Address, read
from hushgate.signup.mail.records import DAY, HOUR, Alarm, Ledger, Records
from hushgate.state import Batch, State
from hushgate.state.local import LocalState
from stores import fresh

KEY = b"k" * 32


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def look(ledger: Ledger, address: Address, network: str, host: str = "") -> Records:
    """What the store says of an attempt, which is counted."""
    inquiry = ledger.ask(address, network, host)
    batch = Batch(later=ledger.due(), counting=inquiry.counting)
    reply = ledger._state.decide(ledger._shard, batch)
    assert reply.tally is not None
    return inquiry.read(reply.tally)


class Book:
    """A ledger, and what it says of one signup after another."""

    def __init__(self, state: State, site: str = "") -> None:
        self.ledger, self.number = Ledger(state, site or fresh(), KEY), 0

    def signup(
        self, email: str, network: str = "", host: str = "", *, let_in: bool = True, alarm: Alarm = ""
    ) -> Records:
        self.number += 1
        address = read(email)
        seen = look(self.ledger, address, network or f"192.0.{self.number}.0/24", host)
        self.ledger.settle(address, seen, let_in=let_in, alarm=alarm)
        return seen


def test_an_address_counts_once_however_often_it_is_sent(state: State) -> None:
    book = Book(state)
    first, second = book.signup("ann@firm.example.com"), book.signup("Ann@Firm.example.com")
    assert not first.again and second.again
    assert first.hour == second.hour == 1 and second.month == second.domain_month == second.networks == 1


def test_sequences_are_seen_at_any_domain_and_in_any_order(state: State) -> None:
    book = Book(state)
    numbers = [4812, 4815, 4813, 4814, 4818]
    said = [book.signup(f"x.y{number}@post-{number}.example.com") for number in numbers]
    assert [one.sequences[0].crowd for one in said] == [1, 2, 3, 4, 5] and said[-1].sequences[0].numbered == 5
    assert said[-1].sequences[1].crowd == 1, "at one domain there is one"
    assert book.signup("x.y9999@post.example.com").sequences[0].crowd == 1


def test_networks_of_a_domain_are_counted_once_each(state: State) -> None:
    book = Book(state)
    networks = ["a", "b", "a", "c", "a"]
    said = [book.signup(f"u{number}x@firm.example.com", network) for number, network in enumerate(networks)]
    assert [one.networks for one in said] == [1, 2, 2, 3, 3]


def test_new_domains_of_a_host_are_counted_once_each(state: State) -> None:
    book = Book(state)
    said = [book.signup(f"u@d{number // 2}.example.com", host="mx.example.net", let_in=False) for number in range(2)]
    said += [book.signup(f"v@d{number}.example.com", host="mx.example.net") for number in range(3)]
    assert [one.host_domains for one in said] == [1, 1, 1, 2, 3]


def test_spellings_prefixes_and_alarms_add_up(state: State) -> None:
    book = Book(state)
    assert [
        book.signup(one).spellings for one in ("annbell@gmail.com", "ann.bell@gmail.com", "annbell+1@gmail.com")
    ] == [1, 2, 3]
    said = [book.signup(f"mo6x{number}y7zz@d{number}.example.com", alarm="site") for number in range(4)]
    assert [one.same_prefix for one in said] == [1, 2, 3, 4] and [one.alarms for one in said] == [0, 1, 2, 3]
    assert said[-1].domain_alarms == 0 and book.signup("mo6xx4yy5z@duck.com").prefixed == 0


def test_an_alarm_of_one_domain_is_none_for_the_others(state: State) -> None:
    book = Book(state)
    book.signup("a@firm.example.com", alarm="domain")
    here, elsewhere = book.signup("b@firm.example.com"), book.signup("c@other.example.com")
    assert (here.alarms, here.domain_alarms, elsewhere.alarms, elsewhere.domain_alarms) == (0, 1, 0, 0)


def test_only_who_is_let_in_makes_a_domain_known_and_once(state: State) -> None:
    book = Book(state)
    book.signup("a@firm.example.com", let_in=False)
    book.signup("b@firm.example.com", let_in=False)
    book.signup("b@firm.example.com", let_in=True)  # after a challenge
    book.signup("b@firm.example.com", let_in=True)
    seen = book.signup("c@firm.example.com")
    assert (seen.month, seen.domain_month, seen.domain_day) == (1, 1, 1)


def test_doubts_are_counted_by_network(state: State) -> None:
    ledger = Ledger(state, fresh(), KEY)
    for number in range(3):
        address = read(f"u{number}@mailinator.com")
        seen = look(ledger, address, "a")
        ledger.settle(address, seen, let_in=False, alarm="", doubt="a")
    seen = look(ledger, read("ann@gmail.com"), "a")
    assert (seen.network_day, seen.network_doubts) == (4, 3)
    assert look(ledger, read("bob@gmail.com"), "b").network_doubts == 0


def test_what_waits_to_be_counted_is_counted_when_the_door_closes(state: State) -> None:
    site = fresh()
    first = Book(state, site)
    first.signup("ann@firm.example.com", alarm="site")
    assert Book(state, site).signup("bob@firm.example.com").alarms == 0
    first.ledger.flush()
    seen = Book(state, site).signup("cid@firm.example.com")
    assert (seen.alarms, seen.domain_alarms) == (1, 1)


def test_sites_do_not_share(state: State) -> None:
    one, other = Book(state), Book(state)
    one.signup("ann@firm.example.com")
    assert not other.signup("ann@firm.example.com").again


def test_counts_slide_and_today_is_not_yesterday(tmp_path: Path) -> None:
    clock = Clock()
    book = Book(LocalState(tmp_path / "state", clock=clock))
    for number in range(8):
        book.signup(f"u{number}@firm.example.com")
    clock.now += 2 * HOUR
    later = book.signup("v@firm.example.com")
    assert later.hour == later.domain_hour == 1 and later.networks > 8 and later.domain_month == 8
    book.ledger.flush()
    clock.now += 2 * DAY
    seen = book.signup("w@firm.example.com")
    assert seen.networks == 1 and seen.domain_day == 0 and seen.domain_month > 8


def test_no_address_and_no_domain_is_in_the_store_and_its_counters_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "SLOTS", 8)
    path = tmp_path / "state"
    state = LocalState(path)
    book = Book(state, "site")
    for number in range(300):
        book.signup(f"zebra{number}@quagga{number}.example.com", host=f"okapi{number}.example.net", alarm="site")
    state.close()
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert not [name for name in (b"zebra", b"quagga", b"okapi", b"192.0") if name in written]
    kinds = len(Records.__struct_fields__) + 12
    handle = LocalState(path)
    count = handle.file.run(lambda held: held.stat()["entries"])
    handle.close()
    assert count <= 8 * kinds

"""The quarantine: what a ghosted visitor submitted, encrypted, for a time; and a signup that goes on whatever becomes of it."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from werkzeug.security import generate_password_hash

from ghost_house import CHEAP, open_site
from hushgate import Admission
from hushgate.errors import GhostUnknown, QuarantineSealed, StateLost
from hushgate.ghost import Ghost, Ghosts, Hooks, quarantine
from hushgate.ghost.records import Sealed
from hushgate.keys import new_key

OLD, NEW = new_key(), new_key()
PERSON = {"name": "Jordan Ellis", "email": "jordan.ellis@example.com"}
HASH = generate_password_hash("Tr1cky-Pass", CHEAP)


def keep(ghosts: Ghosts, email: str = PERSON["email"], **fields: Any) -> Ghost:
    return ghosts.keep({**PERSON, "email": email, **fields}, who=email)


@pytest.fixture
def ghosts(tmp_path: Path) -> Ghosts:
    return open_site(tmp_path, OLD)


def on_disk(folder: Path) -> bytes:
    return b"\n".join(file.name.encode() + file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def at(monkeypatch: pytest.MonkeyPatch, moment: float) -> None:
    """The quarantine's clock, and nobody else's."""
    monkeypatch.setattr(quarantine, "time", SimpleNamespace(time=lambda: moment))


def test_what_was_submitted_is_read_back_and_nothing_of_it_can_be_read_on_the_disk(
    ghosts: Ghosts, tmp_path: Path
) -> None:
    seen = SimpleNamespace(id="v1", reason="bot, score 99", on_commit=[])
    ghost = ghosts.keep({**PERSON, "password": HASH}, who=PERSON["email"], admission=seen, hashed=["password"])
    assert ghost.ghosted and ghost.new and ghosts.is_ghost(ghost.id)
    read = ghosts.quarantine.show(ghost.id)
    assert read.fields == {**PERSON, "password": HASH} and (read.visit, read.reason) == ("v1", "bot, score 99")
    ghosts.close()
    written = on_disk(tmp_path).lower()
    for told in ("jordan", "ellis", "example.com", HASH, "score 99"):
        assert told.lower().encode() not in written, told
    assert str(ghost.id).encode() in written


def test_the_length_of_what_is_sealed_does_not_tell_a_name(ghosts: Ghosts) -> None:
    kept = [ghosts.quarantine._sealer.seal("id", b"x" * length)[1] for length in range(1, 65)]
    assert len({len(sealed) for sealed in kept}) == 1 and len(set(kept)) == len(kept)


def under_way(ghosts: Ghosts, name: str = "Jo", *, unique: bool = True) -> tuple[Ghost, Admission]:
    admission = Admission("ghost", "suppress", "bot")
    return ghosts.keep({"name": name}, who="jo@example.com", admission=admission, unique=unique), admission


def test_a_signup_that_died_before_it_was_answered_begins_anew_under_its_id(ghosts: Ghosts) -> None:
    died, _ = under_way(ghosts)
    again, admission = under_way(ghosts, "Joanna")
    assert died.new and again.new and again.id == died.id and again.fields == {"name": "Joanna"}
    assert admission.commit()
    late, _ = under_way(ghosts, "Joe")
    assert not late.new and late.id == died.id and late.fields == {"name": "Joanna"}
    ghosts.quarantine.purge(died.id)
    assert under_way(ghosts)[0].new


def test_of_two_that_are_under_way_one_is_answered_where_an_address_has_one_account(ghosts: Ghosts) -> None:
    (_, first), (_, second) = under_way(ghosts), under_way(ghosts)
    assert first.commit() and not second.commit()
    found = ghosts.find("jo@example.com")
    assert found is not None and not found.new, "and the second hears what a third would"
    ghosts.quarantine.purge(everything=True)


def test_where_an_address_may_have_many_accounts_each_signup_is_a_ghost_of_its_own(ghosts: Ghosts) -> None:
    (one, first), (two, second) = under_way(ghosts, unique=False), under_way(ghosts, "Joe", unique=False)
    assert one.id != two.id and one.new and two.new and ghosts.find("jo@example.com") is not None
    assert not ghosts.fiction.resend("jo@example.com"), "nobody was told of an account yet"
    assert ghosts.fiction.login("jo@example.com", lambda fields: True) is None
    assert second.commit() and first.commit()
    late, _ = under_way(ghosts, "Late", unique=False)
    found = ghosts.fiction.login("jo@example.com", lambda fields: fields["name"] == "Joe")
    assert found is not None and found.id == two.id != late.id, "the latest that was committed"
    assert len(ghosts.quarantine.all()) == 3


def test_a_file_in_which_an_address_had_one_ghost_at_most_takes_more(tmp_path: Path) -> None:
    first = under_way(open_site(tmp_path, OLD), unique=False)[0]
    with sqlite3.connect(tmp_path / quarantine.FILE) as db:
        db.execute("CREATE UNIQUE INDEX ghosts_who ON ghosts (site, who)")
    db.close()
    assert under_way(open_site(tmp_path, OLD), unique=False)[0].id != first.id


def test_a_ghost_is_gone_when_its_time_is_over(ghosts: Ghosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ghost = keep(ghosts)
    assert ghost.expires is not None and (ghost.expires - ghost.at).total_seconds() == pytest.approx(14 * 86400, abs=1)
    at(monkeypatch, ghost.expires.timestamp() + 1)
    assert ghosts.find(PERSON["email"]) is None and ghosts.fiction.profile(ghost.id) is None
    assert ghosts.quarantine.all() == []
    with pytest.raises(GhostUnknown, match="past its time"):
        ghosts.quarantine.show(ghost.id)
    assert ghosts.is_ghost(ghost.id), "its id is a ghost's for ever"
    assert keep(ghosts, "other@example.com").new
    with sqlite3.connect(tmp_path / quarantine.FILE) as db:
        assert db.execute("SELECT count(*) FROM ghosts").fetchone() == (1,), "who comes next sweeps"
    db.close()
    assert keep(ghosts).id != ghost.id


def test_the_days_are_the_sites(tmp_path: Path) -> None:
    ghost = keep(open_site(tmp_path, OLD, ghost_days=3))
    assert ghost.expires is not None and (ghost.expires - ghost.at).days in (2, 3)


def test_the_same_visitor_has_the_same_ghost(ghosts: Ghosts) -> None:
    first, again = keep(ghosts), keep(ghosts, name="Somebody Else")
    assert (first.new, again.new) == (True, False) and first.id == again.id
    assert again.fields == first.fields, "it is the ghost of then"
    shouted = ghosts.keep(PERSON, who=f" {PERSON['email'].upper()} ")
    assert shouted.id == first.id and keep(ghosts, "another@example.com").id != first.id


def test_two_sites_know_nothing_of_each_other(tmp_path: Path) -> None:
    one, config = open_site(tmp_path, OLD), open_site(tmp_path, OLD)
    other = Ghosts(config._ring, "mill", config._rules, tmp_path, lost=config._lost)
    ours, theirs = keep(one), keep(other)
    assert ours.id != theirs.id and ours.new and theirs.new
    assert not other.is_ghost(ours.id) and other.fiction.profile(ours.id) is None
    assert [ghost.id for ghost in other.quarantine.all()] == [theirs.id]
    assert other.quarantine.purge(everything=True) == 1 and len(one.quarantine.all()) == 1
    with sqlite3.connect(tmp_path / quarantine.FILE) as db:
        db.execute("UPDATE ghosts SET site = 'mill'")
    db.close()
    with pytest.raises(QuarantineSealed, match="altered"):
        other.quarantine.show(ours.id)


def test_a_ghost_of_before_a_rotation_is_read_and_found(ghosts: Ghosts, tmp_path: Path) -> None:
    ghost = keep(ghosts)
    rotated = open_site(tmp_path, f"{NEW} {OLD}")
    assert rotated.quarantine.show(ghost.id).fields == PERSON and rotated.is_ghost(ghost.id)
    again = keep(rotated)
    assert (again.id, again.new) == (ghost.id, False)
    edited = rotated.fiction.edit(ghost.id, {"name": "Jo"})
    assert edited and open_site(tmp_path, NEW).quarantine.show(ghost.id).fields["name"] == "Jo", "sealed anew"


def test_a_key_that_was_taken_away_is_named(ghosts: Ghosts, tmp_path: Path) -> None:
    ghost, without = keep(ghosts), open_site(tmp_path, NEW)
    name = OLD.partition(":")[0]
    (listed,) = without.quarantine.all()
    assert isinstance(listed, Sealed) and name in listed.why and "HUSHGATE_KEYS" in listed.why
    with pytest.raises(QuarantineSealed, match=f"key {name}.*put it back"):
        without.quarantine.show(ghost.id)
    with pytest.raises(QuarantineSealed):
        open_site(tmp_path, NEW, Hooks(on_restore=lambda _: None)).restore(ghost.id)
    assert without.fiction.profile(ghost.id) is None and keep(without).new
    assert open_site(tmp_path, OLD).quarantine.show(ghost.id).fields == PERSON, "nothing is lost with it"


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1] + bytes([b[-1] ^ 1]), lambda b: b[:5], lambda _: b"", lambda b: b * 2]
)
def test_what_was_altered_is_not_believed_and_stops_nobody(
    ghosts: Ghosts, tmp_path: Path, change: Any, caplog: pytest.LogCaptureFixture
) -> None:
    ghost = keep(ghosts)
    with sqlite3.connect(tmp_path / quarantine.FILE) as db:
        ((sealed,),) = db.execute("SELECT sealed FROM ghosts").fetchall()
        db.execute("UPDATE ghosts SET sealed = ?", (change(sealed),))
    db.close()
    with pytest.raises(QuarantineSealed, match="altered"):
        ghosts.quarantine.show(ghost.id)
    assert ghosts.find(PERSON["email"]) is None and isinstance(ghosts.quarantine.all()[0], Sealed)
    again = keep(ghosts)
    assert again.decision == "challenge" and "a ghost is not kept" in caplog.text


def test_what_one_ghost_submitted_cannot_be_put_into_anothers_place(ghosts: Ghosts, tmp_path: Path) -> None:
    one, other = keep(ghosts), keep(ghosts, "other@example.com")
    with sqlite3.connect(tmp_path / quarantine.FILE) as db:
        db.execute(
            "UPDATE ghosts SET sealed = (SELECT sealed FROM ghosts WHERE id = ?) WHERE id = ?", (one.id, other.id)
        )
    db.close()
    with pytest.raises(QuarantineSealed):
        ghosts.quarantine.show(other.id)


@pytest.mark.parametrize("way", ["purge one", "purge all", "restore"])
def test_what_is_removed_is_overwritten(tmp_path: Path, way: str) -> None:
    ghosts = open_site(tmp_path, OLD, Hooks(on_restore=lambda _: None))
    ghost = keep(ghosts)
    with sqlite3.connect(tmp_path / quarantine.FILE) as db:
        ((sealed, who),) = db.execute("SELECT sealed, who FROM ghosts").fetchall()
    db.close()
    assert sealed in on_disk(tmp_path)
    if way == "restore":
        ghosts.restore(ghost.id)
    else:
        assert ghosts.quarantine.purge(ghost.id if way == "purge one" else None, everything=way == "purge all") == 1
    assert sealed not in on_disk(tmp_path) and who not in on_disk(tmp_path)


def test_a_purge_takes_what_is_past_its_time_and_leaves_a_restore_that_is_not_done(
    ghosts: Ghosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, begun = keep(ghosts), keep(ghosts, "begun@example.com")
    ghosts.quarantine.begin(begun.id)
    assert ghosts.quarantine.purge() == 0 and old.expires
    at(monkeypatch, old.expires.timestamp() + 1)
    assert ghosts.quarantine.purge() == 1
    assert [ghost.id for ghost in ghosts.quarantine.all()] == [begun.id]
    assert ghosts.quarantine.purge(begun.id) == 1


@pytest.mark.parametrize("row", ["challenge", "allow", "deny", "ghost"])
def test_where_nothing_can_be_kept_the_policys_row_decides_and_it_is_logged(
    tmp_path: Path, row: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / quarantine.FILE).mkdir()
    ghosts = open_site(tmp_path, OLD, policy={"quarantine_lost": row})
    with caplog.at_level(logging.ERROR):
        ghost = keep(ghosts)
    assert ghost.decision == row and ghost.ghosted is (row == "ghost")
    assert "a ghost is not kept" in caplog.text and PERSON["email"] not in caplog.text
    assert ghosts.is_ghost(ghost.id) and keep(ghosts).id == ghost.id, "no record, and still the same ghost"
    assert ghosts.find(PERSON["email"]) is None and ghosts.fiction.profile(ghost.id) is None
    with pytest.raises(StateLost):
        ghosts.quarantine.show(ghost.id)


def test_each_action_has_its_own_row(tmp_path: Path) -> None:
    (tmp_path / quarantine.FILE).mkdir()
    ghosts = open_site(tmp_path, OLD, policy={"newsletter": {"quarantine_lost": "deny"}})
    told = {
        action: ghosts.keep(PERSON, who="a@b.example", action=action).decision for action in ("signup", "newsletter")
    }
    assert told == {"signup": "challenge", "newsletter": "deny"}


def test_a_file_that_another_holds_is_waited_for_no_longer_than_a_request_may(tmp_path: Path) -> None:
    ghosts = open_site(tmp_path, OLD)
    keep(ghosts)
    holder = sqlite3.connect(tmp_path / quarantine.FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    lost = keep(ghosts, "late@example.com")
    holder.execute("ROLLBACK")
    holder.close()
    assert lost.decision == "challenge" and keep(ghosts, "late@example.com").ghosted
    assert len(ghosts.quarantine.all()) == 2


def test_a_file_that_is_no_database_any_more_is_set_aside(tmp_path: Path) -> None:
    ghosts = open_site(tmp_path, OLD)
    keep(ghosts)
    ghosts.quarantine.close()
    (tmp_path / quarantine.FILE).write_bytes(b"\x00rubbish" * 4096)
    keep(ghosts)
    assert keep(ghosts).ghosted and len(ghosts.quarantine.all()) == 1
    assert list(tmp_path.glob(f"{quarantine.FILE}.corrupt-*"))

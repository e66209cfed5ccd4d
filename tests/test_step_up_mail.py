"""Mail codes, over a real SMTP server: six digits, ten minutes, five tries, and nobody learns which addresses exist."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from gates import served
from hushgate.errors import StepLost, StepRefused
from hushgate.stepup.mailer import Mail, write
from hushgate.wire import Offer
from mail_codes import ANN, CODES, asked, opened
from mailboxes import Mailbox, mailbox
from sites import FIELD, Answer, Site, flask_site, settings_for
from step_ups import WORK, Desk, open_gate, page, solved


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture(params=["in process", "elsewhere"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, box: Mailbox) -> Iterator[Desk]:
    with opened(tmp_path, box.url, elsewhere=request.param == "elsewhere") as desk:
        yield desk


@pytest.fixture
def here(tmp_path: Path, box: Mailbox) -> Iterator[Desk]:
    with opened(tmp_path, box.url) as desk:
        yield desk


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def refused(desk: Desk, offer: Offer, answer: str) -> bool:
    with pytest.raises(StepRefused):
        desk.gate.step_up.answer(offer.ticket, answer)
    return True


def test_whoever_reads_the_mail_is_let_in(desk: Desk, box: Mailbox) -> None:
    offer = asked(desk)
    assert (offer.kind, offer.problem) == ("mail-code", "") and ANN not in offer.ticket
    new = desk.gate.step_up.answer(offer.ticket, f" {box.code()[:3]} {box.code()[3:]} ")
    assert desk.admit(new, email="Ann@Example.com ").allowed
    (to, mail), *others = box.mails
    assert to == [ANN] and not others
    assert mail["From"] == "Shop <signup@shop.example>" and "My Shop" in mail["Subject"]
    assert "10 minutes" in mail.get_content()


def test_the_token_is_good_for_the_address_that_read_the_mail(desk: Desk, box: Mailbox) -> None:
    offer = asked(desk)
    new = desk.gate.step_up.answer(offer.ticket, box.code())
    other = desk.admit(new, email="bob@example.com")
    assert other.decision == "challenge" and other.log["code"] == "other-address"
    assert desk.admit(new, email=ANN).allowed


def test_after_five_tries_the_right_code_is_refused_too(desk: Desk, box: Mailbox) -> None:
    offer = asked(desk)
    code = box.code()
    assert all(refused(desk, offer, wrong(code)) for _ in range(5))
    assert refused(desk, offer, code)
    assert desk.counted("refused", "mail-code") == 6


def test_the_fifth_try_may_still_be_right(here: Desk, box: Mailbox) -> None:
    offer = asked(here)
    code = box.code()
    assert all(refused(here, offer, answer) for answer in ("", "abc", wrong(code), "\ud800" + code))
    assert here.gate.step_up.answer(offer.ticket, code)


def test_tries_are_counted_when_they_come_at_once(here: Desk, box: Mailbox) -> None:
    offer = asked(here)
    code, passed = box.code(), list[str]()

    def guess() -> None:
        with suppress(StepRefused):
            passed.append(here.gate.step_up.answer(offer.ticket, code))

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 1


def test_a_code_is_good_for_its_own_ticket_and_once(here: Desk, box: Mailbox) -> None:
    first, second = asked(here), asked(here, "bob@example.com")
    assert refused(here, second, box.code(0))
    assert here.gate.step_up.answer(first.ticket, box.code(0))
    assert refused(here, first, box.code(0))


def test_the_ticket_of_an_invitation_takes_no_code(here: Desk, box: Mailbox) -> None:
    _, admission = here.challenged(email=ANN)
    assert all(refused(here, Offer(ticket=admission.step_up), answer) for answer in ("", "000000"))
    assert not box.mails


def test_another_code_may_be_sent_and_mails_to_one_address_are_limited(here: Desk, box: Mailbox) -> None:
    offer = asked(here)
    again = here.gate.step_up.offer(offer.ticket)
    assert here.gate.step_up.offer(again.ticket).problem == ""
    over = here.gate.step_up.offer(again.ticket)
    assert over.problem == "step-limited" and 0 < over.retry_after <= 1200 and len(box.mails) == 3
    assert asked(here, "bob@example.com").problem == ""
    assert here.gate.step_up.answer(again.ticket, box.code(1))


def test_one_visitor_cannot_write_to_many_addresses(tmp_path: Path, box: Mailbox) -> None:
    with opened(tmp_path, box.url, visitor_rate="3/hour") as here:
        offers = [asked(here, f"user{number}@example.com") for number in range(5)]
    assert [offer.problem for offer in offers] == ["", "", "", "step-limited", "step-limited"] and len(box.mails) == 3


def test_nobody_learns_which_addresses_exist(here: Desk, box: Mailbox) -> None:
    box.refused.add("nobody@example.com")
    offers = [
        asked(here, email) for email in (ANN, "nobody@example.com", "no address at all", "a@b\r\nBcc: c@d.example")
    ]
    assert len({(offer.kind, offer.problem, offer.message, len(offer.ticket)) for offer in offers}) == 1
    assert [to for to, _ in box.mails] == [[ANN]]


@pytest.mark.parametrize(
    "address", ["a@b\r\nBcc: c@d.example", "a@b.example,c@d.example", "<a@b.example>", "a\x00@b.example", ""]
)
def test_an_address_from_a_form_cannot_write_headers(address: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        write(Mail(address, "123456", "My Shop", "signup@shop.example", 10))


def test_a_page_may_ask_for_the_fallback_of_its_own_ticket(tmp_path: Path, box: Mailbox) -> None:
    with opened(tmp_path, box.url, **WORK, fallback="mail-code") as here:
        _, admission = here.challenged(email=ANN)
        offer = page(here, "offer", ticket=admission.step_up).get_json()
        assert (offer["kind"], offer["fallback"]) == ("proof-of-work", "mail-code")
        coded = page(here, "offer", ticket=offer["ticket"], kind="mail-code").get_json()
        assert page(here, "answer", ticket=coded["ticket"], answer=box.code()).get_json()["token"]
        assert page(here, "offer", ticket=offer["ticket"], kind="turnstile").get_json()["problem"] == "step-none"


def test_a_mail_server_that_is_down_leaves_the_challenge_and_the_other_way(tmp_path: Path, box: Mailbox) -> None:
    with opened(tmp_path, "smtp://127.0.0.1:9", fallback="proof-of-work", easiest=4, hardest=8) as here:
        offer = asked(here)
        assert (offer.problem, offer.fallback, offer.token) == ("step-lost", "proof-of-work", "")
        assert "another way" in offer.message and here.counted("lost", "mail-code") == 1
        other = here.gate.step_up.offer(offer.ticket, kind="proof-of-work")
        assert here.admit(here.gate.step_up.answer(other.ticket, solved(other.challenge))).allowed


def test_a_site_may_let_in_whom_it_cannot_write_to(tmp_path: Path, box: Mailbox) -> None:
    box.down = True
    with opened(tmp_path, box.url, lost="allow") as here:
        offer = asked(here)
        assert here.admit(offer.token, email=ANN).lost == ["step-up"]


def test_a_mail_server_that_fails_is_left_alone_for_a_while(tmp_path: Path, box: Mailbox) -> None:
    box.down = True
    with opened(tmp_path, box.url, mail_rate="off", visitor_rate="off") as here:
        assert {asked(here).problem for _ in range(3)} == {"step-lost"}
        box.down = False
        assert asked(here).problem == "step-lost" and not box.mails


def test_nobody_stops_the_mails_of_others_by_an_address(tmp_path: Path, box: Mailbox) -> None:
    box.refused.add("a@example.com")
    box.spam.add("b@example.com")
    with opened(tmp_path, box.url, mail_rate="off", visitor_rate="off") as here:
        for email in ("a@example.com", "b@example.com", "no address") * 2:
            assert asked(here, email).problem == ""
        assert asked(here).problem == "" and len(box.mails) == 1


def test_a_site_without_a_mail_server_says_so_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with opened(tmp_path, None) as here:
        assert asked(here).problem == "step-lost"
    assert "set smtp_url, or give the gate a mailer" in caplog.text


def test_the_sites_own_mailer_takes_the_place_of_smtp(tmp_path: Path) -> None:
    sent = list[Mail]()
    with opened(tmp_path, None) as here:
        step_up: Any = here.gate.step_up
        step_up.mailer = sent.append
        offer = asked(here)
        assert (sent[0].to, sent[0].site) == (ANN, "My Shop") and ANN not in repr(sent[0])
        assert here.gate.step_up.answer(offer.ticket, sent[0].code)
        step_up.mailer = lambda _: 1 / 0
        assert asked(here).problem == "step-lost"


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # on this machine nobody listens
def test_the_mail_server_is_logged_into_with_the_password_from_the_environment(tmp_path: Path) -> None:
    with mailbox(login=True) as box:
        settings = {"smtp_url": box.url, "step_up_ms": 20_000}
        rig, gate = open_gate(tmp_path, gate=settings, environ={"HUSHGATE_SMTP_PASSWORD": "geheim"}, step_up=CODES)
        assert asked(Desk(rig, gate)).problem == "" and box.code()
        assert (box.logins[0].login, box.logins[0].password) == (b"ann@x", b"geheim")
        rig.house.close()


def test_a_code_cannot_be_tried_without_the_state_store(
    here: Desk, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hushgate.errors import StateLost

    def lost(*_: object) -> None:
        raise StateLost("gone")

    offer = asked(here)
    monkeypatch.setattr(here.rig.house.state, "hit", lost)
    with pytest.raises(StepLost):
        here.gate.step_up.answer(offer.ticket, box.code())


def test_no_address_and_no_code_is_kept_in_clear(tmp_path: Path, box: Mailbox) -> None:
    with opened(tmp_path, box.url) as here:
        offer = asked(here)
        refused(here, offer, wrong(box.code()))
        here.gate.step_up.answer(offer.ticket, box.code())
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert ANN.encode() not in kept and box.code().encode() not in kept


def test_the_example_takes_a_code_without_a_script(tmp_path: Path, box: Mailbox) -> None:
    """demo_site/examples/flask_step_up.py, by plain HTTP: a person without JavaScript can pass."""
    with (
        opened(tmp_path, box.url, **WORK, fallback="mail-code") as here,
        served(here.rig.client.application) as url,
        flask_site("flask_step_up", settings_for(url, here.rig.secret), "/signup") as site,
    ):
        stepped = site.sign_up(None)
        assert "by mail instead" in stepped.text and "data-hushgate-step-up" in stepped.text
        sent = post(site, "/code", email=ANN, ticket=hidden(stepped, "ticket"), again="1")
        assert 'name="code"' in sent.text and "stepup.js" not in sent.text
        missed = post(site, "/code", email=ANN, ticket=hidden(sent, "ticket"), code=wrong(box.code()))
        assert "did not work" in missed.text
        right = post(site, "/code", email=ANN, ticket=hidden(missed, "ticket"), code=box.code())
        assert site.sign_up(hidden(right, FIELD)).welcome
        assert list(site.accounts.values()) == [ANN]


def post(site: Site, path: str, **fields: str) -> Answer:
    return site.ask(path, urlencode(fields).encode(), "application/x-www-form-urlencoded")


def hidden(answer: Answer, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', answer.text)
    assert found, answer.text
    return found[1]

"""How often one client may ask the gate's own endpoints."""

from __future__ import annotations

from pathlib import Path

from quizzes import answers_to
from stories import SIGNALS, SITE, open_rig


def test_one_session_sent_again_from_elsewhere_uses_up_nothing_of_its_openers_network(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, gate={"verdict_rate": "3/minute"})
    inside, neighbour, elsewhere = ({"REMOTE_ADDR": ip} for ip in ("192.0.2.9", "192.0.2.200", "203.0.113.66"))

    def envelope(environ: dict[str, str]) -> dict[str, str]:
        session = rig.post("/v1/session", {"sitekey": SITE, "action": "signup"}, environ_overrides=environ).get_json()
        rig.quiz = answers_to(rig.house, session)
        return rig.seal(session, rig.payload(SIGNALS))

    again = envelope(inside)
    answers = [rig.post("/v1/verdict", again, environ_overrides=elsewhere) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 409, 409, 429, 429]
    assert rig.post("/v1/verdict", envelope(neighbour), environ_overrides=neighbour).status_code == 200
    rig.house.close()


def test_rate_limits_say_when_to_come_back(tmp_path: Path) -> None:
    rig = open_rig(tmp_path, gate={"session_rate": "3/minute"})
    answers = [rig.post("/v1/session", {"sitekey": SITE}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3].headers["Retry-After"]) <= 120
    assert answers[3].get_json()["error"]["code"] == "too-many-requests"
    rig.house.close()

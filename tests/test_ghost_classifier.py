"""Nobody who sees the answers can tell a ghost from a real one: a classifier on 2,000 of each does no better than chance.

Real HTTP against the real demo in a server of its own. Real ones and ghosts take turns by the throw of a coin, so that whatever
drifts in a machine drifts for both. The area under the curve of a classifier that knows nothing is 0.5 with a standard error of
0.009 for 2,000 of each; the bound is 0.55.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import time
import urllib.parse
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from ghost_house import running_site
from hushgate.testing import Answer, assert_indistinguishable, differences, token
from hushgate.testing.compare import auc
from hushgate.visit import Decision

EACH = 2000
BOUND = 0.55
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
FLOWS = {"json": "application/json", "redirect": "text/html"}


@dataclass
class Seen:
    """One answer, and what a bot's owner may know of it."""

    ghost: bool
    flow: str
    answer: Answer
    welcome: bytes


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: str, headers: dict[str, str]) -> Answer:
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read()
    return Answer(response.status, tuple(response.getheaders()), text, time.perf_counter() - begun)


def sign_up(connection: http.client.HTTPConnection, number: int, flow: str, held: str) -> Answer:
    form = {"name": f"Robin {number:05d}", "email": f"robin.{number:05d}@example.com", "password": "correct-horse"}
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": FLOWS[flow], "User-Agent": AGENT}
    return ask(connection, "POST", "/signup", urllib.parse.urlencode({**form, "hushgate-token": held}), headers)


def gather(data: Path) -> list[Seen]:
    rng, seen = random.Random(11), list[Seen]()
    with running_site(data, threads=1) as site, closing(site.gate()) as gate:
        turns = [True, False] * (EACH + 50)
        rng.shuffle(turns)
        numbers = rng.sample(range(100000), len(turns))
        with closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)) as connection:
            for number, ghost in zip(numbers, turns, strict=True):
                decision: Decision = "ghost" if ghost else "allow"
                flow = rng.choice(list(FLOWS))
                answer = sign_up(connection, number, flow, token(gate, decision))
                welcome = b""
                if number % 8 == 0:
                    cookie = answer.cookies[0]
                    welcome = ask(connection, "GET", "/welcome", "", {"Cookie": f"{cookie[0]}={cookie[1]}"}).body
                seen.append(Seen(ghost, flow, answer, welcome))
    return seen[100:]  # the first ones warm the server up, and fill the reservoir


def numbers_of(seen: Seen) -> list[float]:
    """The features: headers (names, order, lengths), cookie, body (shape, lengths, bytes, the id's bits), time."""
    answer = seen.answer
    names = [name for name, _ in answer.headers]
    headers = [answer.status, len(names), hash(tuple(names)) % 997, *(len(value) for _, value in answer.headers)][:14]
    text = answer.body.decode()
    cookie = answer.cookies[0][1]
    told = json.loads(text) if seen.flow == "json" else {}
    user = told.get("user", {})
    bits = format(int(re.sub("-", "", str(user.get("id", "0"))), 16), "0128b")
    letters = np.bincount(np.frombuffer(answer.body + cookie.encode(), np.uint8), minlength=128)[32:128]
    stamp = sum(map(ord, cookie.split(".")[-1]))
    seconds = [answer.seconds or 0.0, np.log(answer.seconds or 1)]
    shape = [hash(json.dumps(list(user))) % 997, len(text), len(cookie), len(seen.welcome), stamp]
    return [*headers, *[0.0] * (14 - len(headers)), *shape, *seconds, *map(float, letters), *map(float, bits)]


def area(features: np.ndarray, labels: np.ndarray, model: object) -> float:
    folds = StratifiedKFold(5, shuffle=True, random_state=3)
    with threadpool_limits(1):  # more threads than cores make it slower by far
        guessed = cross_val_predict(model, features, labels, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(labels, guessed))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    return gather(tmp_path_factory.mktemp("classifier"))


def test_a_classifier_does_no_better_than_chance(seen: list[Seen]) -> None:
    ghosts = [one for one in seen if one.ghost]
    real = [one for one in seen if not one.ghost]
    features = np.array([numbers_of(one) for one in seen], float)
    labels = np.array([one.ghost for one in seen])
    boosted = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=12, early_stopping=False, random_state=1)
    straight = make_pipeline(StandardScaler(), LogisticRegression(max_iter=400, C=0.05))
    areas = {
        "boosted trees": area(features, labels, boosted),
        "logistic regression": area(features, labels, straight),
        "time alone": auc([one.answer.seconds or 0 for one in real], [one.answer.seconds or 0 for one in ghosts])[0],
    }
    for flow in FLOWS:
        both = [[one.answer.seconds or 0.0 for one in side if one.flow == flow] for side in (real, ghosts)]
        print(flow, *(np.quantile(side, [0.1, 0.5, 0.9]) * 1000 for side in both))
    print("\n".join(f"{name}: area under the curve {value:.3f}" for name, value in areas.items()))
    assert len(ghosts) > EACH * 0.97 and len(real) > EACH * 0.97
    assert max(areas["boosted trees"], areas["logistic regression"]) <= BOUND, areas
    assert abs(areas["time alone"] - 0.5) <= BOUND - 0.5, areas


def test_the_classifier_sees_what_there_is_to_see(seen: list[Seen]) -> None:
    """A ghost that gave itself away by 1 ms, or by one bit of its id, would be found."""
    labels = np.array([one.ghost for one in seen])
    features = np.array([numbers_of(one) for one in seen], float)
    boosted = HistGradientBoostingClassifier(max_iter=40, max_leaf_nodes=12, early_stopping=False, random_state=1)
    for column, change in ((19, 0.002), (-1, 1.0)):
        told = features.copy()
        told[labels, column] = told[labels, column] + change if change < 1 else 1.0
        assert area(told, labels, boosted) > BOUND


def test_the_comparison_for_customers_finds_nothing_either(seen: list[Seen]) -> None:
    for flow in FLOWS:
        real, ghost = (
            [one.answer for one in seen if one.ghost is which and one.flow == flow] for which in (False, True)
        )
        assert_indistinguishable(real[:300], ghost[:300])
        slow = [Answer(one.status, one.headers, one.body, (one.seconds or 0) + 0.005) for one in ghost[:300]]
        assert any(line.startswith("time: a ghost takes") for line in differences(real[:300], slow))

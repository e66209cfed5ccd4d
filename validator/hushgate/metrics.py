"""What the gate counts, for Prometheus. No address, user agent or mail address is ever a label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, Info

from hushgate.counters import Counter
from hushgate.verdict_metrics import VerdictMetrics
from hushgate.version import __version__


class Metrics:
    """All counters of one gate, in a registry of its own, so that tests and several gates do not share them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = self._counter("sessions", "Sessions opened", "site")
        self.verdicts = VerdictMetrics(self.registry)
        self.refused = self._counter("refused", "Requests that were not judged, by error code", "code")
        self.siteverify = self._counter("siteverify", "Tokens redeemed over HTTP, by result", "result")
        self.no_data = self._counter("no_data", "Signups without a usable verdict, by the policy's row", "row")
        self.door = self._counter("door", "What the door's layers said", "site", "layer", "code", "decision", "mode")
        self.not_judged = self._counter("door_not_judged", "Signups that a layer could not judge", "layer")
        self.unknown_signals = self._counter("unknown_signals", "Signals that were not known")
        self.state_lost = self._counter("state_lost", "Requests answered without the state store")
        self.gate_lost = self._counter("gate_lost", "Questions that a gate elsewhere did not answer, by reason", "why")
        self.ghosts_lost = self._counter("ghosts_lost", "Ghosts that could not be kept", "site")
        self.outcomes = self._counter("outcomes", "What became of signups, as backends said", "site", "outcome")
        self.login_failures = self._counter("login_failures", "Failed logins, as backends said", "site")
        self.step_up = self._counter("step_up", "What became of step-ups", "site", "kind", "event")
        self.spool_failures = self._counter("spool_failures", "Visits that could not be written to the spool")
        self.data_age = Gauge("hushgate_data_age_days", "Age of a data file", ["file"], registry=self.registry)
        Info("hushgate_build", "The running version", registry=self.registry).info({"version": __version__})

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(self.registry, f"hushgate_{name}", text, labels)

    def count(self, counter: Counter, *labels: str, by: int = 1) -> None:
        """Adds to a counter. Labels come from settings and codes, never from a browser."""
        counter.add(labels, by)

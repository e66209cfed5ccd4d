"""How many verdicts were given and how long they took, for Prometheus.

Every visit counts here. prometheus-client's own counter and histogram take five locks and as many look-ups for it, this takes one.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5)
"""Seconds."""
LABELS = ("site", "verdict", "decision")


class VerdictMetrics(Collector):
    """Counts in memory; ``registry`` asks for it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, ...], int] = {}
        self._took = [0] * (len(BUCKETS) + 1)
        self._seconds = 0.0
        registry.register(self)

    def add(self, site: str, verdict: str, decision: str, seconds: float) -> None:
        """Counts one verdict."""
        labels, place = (site, verdict, decision), bisect_left(BUCKETS, seconds)
        with self._lock:
            self._counts[labels] = self._counts.get(labels, 0) + 1
            self._took[place] += 1
            self._seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """See prometheus-client."""
        with self._lock:
            counts, took, seconds = dict(self._counts), list(accumulate(self._took)), self._seconds
        verdicts = CounterMetricFamily("hushgate_verdicts", "Verdicts given", labels=LABELS)
        for labels, count in counts.items():
            verdicts.add_metric(labels, count)
        yield verdicts
        bounds = [*map(str, BUCKETS), "+Inf"]
        histogram = HistogramMetricFamily("hushgate_verdict_seconds", "Time to judge a visit")
        histogram.add_metric([], list(zip(bounds, took, strict=True)), seconds)
        yield histogram

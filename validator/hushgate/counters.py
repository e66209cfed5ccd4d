"""A counter for Prometheus. Every signup counts here: prometheus-client's own takes four calls for what is one here."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class Counter(Collector):
    """Counts in memory, by the values of its labels; ``registry`` asks for it."""

    def __init__(self, registry: CollectorRegistry, name: str, text: str, labels: tuple[str, ...]) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: dict[tuple[str, ...], int] = {} if labels else {(): 0}
        self._lock = threading.Lock()
        registry.register(self)

    def add(self, values: tuple[str, ...], by: int) -> None:
        """Adds to what these values have."""
        with self._lock:
            self._counts[values] = self._counts.get(values, 0) + by

    def collect(self) -> Iterator[CounterMetricFamily]:
        """See prometheus-client."""
        with self._lock:
            counts = dict(self._counts)
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for values, count in counts.items():
            family.add_metric(values, count)
        yield family

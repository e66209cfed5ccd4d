"""What can happen to a cluster: a slot moves, a master dies, all of it is gone."""

from __future__ import annotations

import os

import pytest
from redis.crc import key_slot

from hushgate.errors import StateLost
from hushgate.state.redis import RedisState
from servers import Cluster, Server, redis_cluster, redis_server
from stores import comes_back, fresh, lost_within


def owner(cluster: Cluster, slot: int) -> tuple[Server, Server]:
    """The master that holds a slot, and one that does not."""
    ports = {
        port: first <= slot <= last for first, last, (_, port, *_), *_ in cluster.servers[-1].command("CLUSTER SLOTS")
    }
    by_port = {server.port: server for server in cluster.servers}
    return by_port[next(port for port, it in ports.items() if it)], by_port[
        next(p for p, it in ports.items() if not it)
    ]


def test_a_cluster_may_move_a_slot_under_us() -> None:
    with redis_cluster() as cluster:
        state, shard = RedisState(cluster.url), "shard"
        slot = key_slot(b"hg:{shard}:n:x")
        source, target = owner(cluster, slot)
        assert state.spend(shard, "before", 600)
        source_id, target_id = source.command("CLUSTER MYID"), target.command("CLUSTER MYID")
        target.command("CLUSTER SETSLOT", slot, "IMPORTING", source_id)
        source.command("CLUSTER SETSLOT", slot, "MIGRATING", target_id)
        assert [state.spend(shard, "during", 600) for _ in range(2)] == [True, False]
        for key in source.command("CLUSTER GETKEYSINSLOT", slot, 100):
            source.command("MIGRATE", "127.0.0.1", target.port, key, 0, 1000)
        for server in (target, source):
            server.command("CLUSTER SETSLOT", slot, "NODE", target_id)
        assert [state.spend(shard, nonce, 600) for nonce in ("before", "during", "after")] == [False, False, True]
        state.close()


@pytest.mark.parametrize("how", ["stop", "pause"])
def test_a_cluster_that_loses_a_master_comes_back_with_all_it_knew(how: str) -> None:
    with redis_cluster() as cluster:
        state = RedisState(cluster.url)
        nonces = [fresh() for _ in range(60)]
        assert all(state.spend(nonce, nonce, 600) for nonce in nonces)
        cluster.wait_for_replicas()
        getattr(cluster.servers[0], how)()
        for nonce in nonces:
            assert comes_back(lambda: state.spend(nonce, nonce, 600), 20) is False  # noqa: B023
        cluster.start() if how == "stop" else cluster.servers[0].resume()
        for nonce in nonces:
            assert comes_back(lambda: state.spend(nonce, nonce, 600)) is False  # noqa: B023
        state.close()


def test_a_cluster_with_a_dead_master_serves_the_others_keys_without_a_break() -> None:
    with redis_cluster() as cluster:
        # a cluster that stops serving when one part of it is gone is the default; sites may choose otherwise
        for server in cluster.servers:
            server.command("CONFIG SET", "cluster-require-full-coverage", "no")
            server.command("CONFIG SET", "cluster-replica-no-failover", "yes")
        state = RedisState(cluster.url)
        nonces = [fresh() for _ in range(90)]
        dead = [nonce for nonce in nonces if owner(cluster, key_slot(nonce.encode()))[0] is cluster.servers[0]]
        assert 0 < len(dead) < 90 and all(state.spend(nonce, nonce, 600) for nonce in nonces)
        cluster.servers[0].pause()
        lost_within(lambda: state.spend(dead[0], "x", 600))
        for nonce in nonces:
            if nonce in dead:
                lost_within(lambda: state.spend(nonce, nonce, 600), 0.02)  # noqa: B023
            else:
                assert not state.spend(nonce, nonce, 600)
        cluster.servers[0].resume()
        state.close()


def test_a_cluster_that_is_gone_holds_nobody_up_and_comes_back() -> None:
    with redis_cluster() as cluster:
        old, new = RedisState(cluster.url), RedisState(cluster.url)
        assert old.spend("a", "n", 600)
        cluster.pause()
        for state in (old, new):
            for _ in range(20):
                lost_within(state.ping, 0.6)
        cluster.resume()
        for state in (old, new):
            assert comes_back(lambda: state.spend("a", "n", 600)) is False  # noqa: B023
            state.close()


def test_the_servers_leave_nothing_behind() -> None:
    with redis_server() as server, redis_cluster() as cluster:
        pids = [each.pid for each in (server, *cluster.servers)]
        folders = [each.folder for each in (server, *cluster.servers)]
    assert not any(folder.exists() for folder in folders)
    for pid in pids:
        assert pid
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_node_of_a_cluster_that_is_taken_for_a_single_server_is_lost_and_says_why() -> None:
    with redis_cluster() as cluster:
        state = RedisState(cluster.servers[0].url)
        elsewhere = next(
            shard
            for shard in "abcdefghij"
            if owner(cluster, key_slot(f"hg:{{{shard}}}:n:x".encode()))[0] is not cluster.servers[0]
        )
        with pytest.raises(StateLost, match=r"redis\+cluster"):
            state.spend(elsewhere, "n", 60)
        begun = state.begin_spend(elsewhere, "n", 60)
        with pytest.raises(StateLost, match=r"redis\+cluster"):
            begun()
        state.close()

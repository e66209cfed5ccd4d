"""The state store: a file of one machine where nothing is configured, Redis, Valkey or a cluster of either where a URL is set."""

from __future__ import annotations

from pathlib import Path

from hushgate.state.base import Hit as Hit
from hushgate.state.base import Limit as Limit
from hushgate.state.base import State as State
from hushgate.state.batch import UNLIMITED as UNLIMITED
from hushgate.state.batch import Batch as Batch
from hushgate.state.batch import Count as Count
from hushgate.state.batch import Counting as Counting
from hushgate.state.batch import Lease as Lease
from hushgate.state.batch import Quota as Quota
from hushgate.state.batch import Redemption as Redemption
from hushgate.state.batch import Reply as Reply
from hushgate.state.batch import Take as Take
from hushgate.state.batch import Taken as Taken
from hushgate.state.batch import Tally as Tally
from hushgate.state.batch import all_allowed as all_allowed
from hushgate.state.batch import join as join


def open_state(url: str | None, path: Path) -> State:
    """Opens the store at ``url``, or the one of this machine at ``path`` where there is none. Nothing is reached yet.

    Raises:
        ValueError: the URL cannot be read. The message does not repeat it: it may hold a password.
    """
    if url:
        from hushgate.state.redis import RedisState

        return RedisState(url)
    from hushgate.state.local import LocalState

    return LocalState(path)

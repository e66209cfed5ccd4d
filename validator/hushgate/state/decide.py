"""A batch as the store of one machine answers it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from hushgate.state.batch import Batch, Lease, Reply, Take, all_allowed
from hushgate.state.environment import Entries
from hushgate.state.sheet import Sheet


def decide(held: Entries, shard: str, batch: Batch, now: float, lease: Lease | None) -> tuple[Reply, int]:
    """Everything but the lease, which is answered already; and how many rows are new."""
    sheet = Sheet(held, shard, now)
    for counting in batch.later:
        sheet.count(counting)
    tally = sheet.count(batch.counting) if batch.counting else None
    weighed = [sheet.weigh(take) for take in batch.takes]
    taken = tuple([one for one, _ in weighed])
    if batch.consume and all_allowed(taken):
        for take, (_, spots) in zip(batch.takes, weighed, strict=True):
            sheet.take(take, spots)
    return Reply(lease, tally, taken, now), sheet.write()


def give_back(held: Entries, shard: str, takes: Sequence[Take], now: float, at: float) -> None:
    """Takes back what was counted at ``at``."""
    sheet = Sheet(held, shard, now)
    for take in takes:
        sheet.give_back(take, at)
    sheet.write()

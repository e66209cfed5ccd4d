-- KEYS: the shard's counters. ARGV: 1 to consume, then limits. Returns the seconds to wait, 0 where it is allowed.
return count(KEYS[1], 2, ARGV[1] == '1')

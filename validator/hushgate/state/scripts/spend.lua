-- KEYS: the nonce. ARGV: prefix of the shard's counters, time to live in seconds, then limits. Returns {fresh, seconds to wait}.
-- One key and no more is declared: while a cluster moves a slot, it refuses a request for two that it does not have yet.
local wait = count(ARGV[1], 3, true)
if wait > 0 then return {0, wait} end
local fresh = redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[2])
return {fresh and 1 or 0, 0}

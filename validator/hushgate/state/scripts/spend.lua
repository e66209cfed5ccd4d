-- KEYS: the nonce, the shard's counters. ARGV: time to live in seconds, then limits. Returns {fresh, seconds to wait}.
local wait = count(KEYS[2], 2, true)
if wait > 0 then return {0, wait} end
local fresh = redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1])
return {fresh and 1 or 0, 0}

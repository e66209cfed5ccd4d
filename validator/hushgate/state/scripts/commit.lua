-- KEYS: the token. ARGV: holder, time to live in seconds. Returns 1 to the one call that spends it.
local held = redis.call('GET', KEYS[1])
if held and held ~= 'l' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 's' .. ARGV[1], 'EX', ARGV[2])
return 1

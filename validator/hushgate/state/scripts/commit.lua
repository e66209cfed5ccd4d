-- KEYS: the token. ARGV: holder, time to live in seconds. Returns 1 where it is spent for this holder.
local held = redis.call('GET', KEYS[1])
if held and held:sub(2) ~= ARGV[1] then return 0 end
if not held or held:sub(1, 1) == 'l' then redis.call('SET', KEYS[1], 's' .. ARGV[1], 'EX', ARGV[2]) end
return 1

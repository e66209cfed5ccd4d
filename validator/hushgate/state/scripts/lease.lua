-- KEYS: the token. ARGV: holder, time to live in seconds, 1 to spend. Returns granted, again or replayed.
-- The value is "l" (leased) or "s" (spent), then the holder.
local held = redis.call('GET', KEYS[1])
local wanted = (ARGV[3] == '1' and 's' or 'l') .. ARGV[1]
if not held then
  redis.call('SET', KEYS[1], wanted, 'EX', ARGV[2])
  return 'granted'
end
local spent, holder = held:sub(1, 1) == 's', held:sub(2)
if ARGV[1] == '' or holder ~= ARGV[1] or (spent and ARGV[3] ~= '1') then return 'replayed' end
if not spent and ARGV[3] == '1' then redis.call('SET', KEYS[1], wanted, 'EX', ARGV[2]) end
return 'again'

-- KEYS: the shard's counters. ARGV: the marker (key, window, add), an empty key where there is none; then counts, three values
-- each. Returns 1 where the marker had been counted, then the counts as text: Redis cuts the fraction off a number.
local function look(at)
  local window = tonumber(ARGV[at + 1])
  local current, previous = names(KEYS[1] .. ARGV[at], window)
  return tonumber(redis.call('GET', current) or 0), tonumber(redis.call('GET', previous) or 0), current, window
end

local function add(at, current, window)
  local by = tonumber(ARGV[at + 2])
  if by == 0 then return 0 end
  if redis.call('INCRBY', current, by) == by then redis.call('PEXPIRE', current, window * 2000) end
  return by
end

local again = false
if ARGV[1] ~= '' then
  local hits, before, current, window = look(1)
  again = hits + before > 0
  if not again then add(1, current, window) end
end
local said = {again and 1 or 0}
for at = 4, #ARGV, 3 do
  local hits, before, current, window = look(at)
  if not again then hits = hits + add(at, current, window) end
  said[#said + 1] = string.format('%.4f', hits + before * (1 - now % window / window))
end
return said

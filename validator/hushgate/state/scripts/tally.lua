-- KEYS: the shard's counters. ARGV: how many counts are added in any case; the marker, an empty key where there is none; those
-- counts; and the counts that are asked for. Each is three values: key, window, add. Returns 1 where the marker had been counted,
-- then the counts as text: Redis cuts the fraction off a number.
local MARKER, SIZE = 2, 3
local first = MARKER + SIZE * (tonumber(ARGV[1]) + 1)

local function look(at)
  local window = tonumber(ARGV[at + 1])
  local current, previous = names(KEYS[1] .. ARGV[at], window)
  return tonumber(redis.call('GET', current) or 0), tonumber(redis.call('GET', previous) or 0)
end

local function add(at)
  local window, by = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local current = names(KEYS[1] .. ARGV[at], window)
  if by > 0 and redis.call('INCRBY', current, by) == by then redis.call('PEXPIRE', current, window * 2000) end
  return by
end

for at = MARKER + SIZE, first - 1, SIZE do add(at) end
local again = false
if ARGV[MARKER] ~= '' then
  local hits, before = look(MARKER)
  again = hits + before > 0
  if not again then add(MARKER) end
end
local said = {again and 1 or 0}
for at = first, #ARGV, SIZE do
  local hits, before = look(at)
  local window = tonumber(ARGV[at + 1])
  if not again then hits = hits + add(at) end
  said[#said + 1] = string.format('%.4f', hits + before * (1 - now % window / window))
end
return said

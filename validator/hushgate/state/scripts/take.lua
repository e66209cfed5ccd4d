-- KEYS: the shard's counters. ARGV: 1 to consume, the marker's key ("" for none), its time to live in seconds, then quotas, six
-- values each (key, amount, window, of, times, each). Returns two values a quota: the seconds to wait, and what it had before as
-- text, "" where it was not asked. See hushgate/state/limits.py, weigh, for the arithmetic.
-- The marker is not in KEYS, for the reason that counters are not: it shares the hash tag.
local FIRST, SIZE = 4, 6
local marker = ARGV[2]
local again = marker ~= '' and redis.call('EXISTS', marker) == 1
local asked, beside = {}, {}

for at = FIRST, #ARGV, SIZE do
  if not again or ARGV[at + 5] == '1' then
    local window = tonumber(ARGV[at + 2])
    local current, previous = names(KEYS[1] .. ARGV[at], window)
    local hits, before = tonumber(redis.call('GET', current) or 0), tonumber(redis.call('GET', previous) or 0)
    local count = hits + before * (1 - now % window / window)
    asked[at] = {window = window, current = current, hits = hits, before = before, count = count}
    beside[ARGV[at] .. ':' .. window] = count
  end
end

local said, allowed = {}, true
for at = FIRST, #ARGV, SIZE do
  local quota, wait, count = asked[at], 0, ''
  if quota then
    local amount = tonumber(ARGV[at + 1])
    if ARGV[at + 3] ~= '' then
      local others = math.max(0, (beside[ARGV[at + 3] .. ':' .. quota.window] or 0) - quota.count)
      amount = math.max(amount, math.floor(tonumber(ARGV[at + 4]) * others))
    end
    wait = wait_seconds(amount, quota.window, now % quota.window, quota.hits, quota.before)
    allowed, count = allowed and wait == 0, string.format('%.6f', quota.count)
  end
  said[#said + 1], said[#said + 2] = wait, count
end

if allowed and ARGV[1] == '1' then
  for _, quota in pairs(asked) do
    if redis.call('INCR', quota.current) == 1 then redis.call('PEXPIRE', quota.current, quota.window * 2000) end
  end
  if marker ~= '' and not again then redis.call('SET', marker, '1', 'EX', ARGV[3]) end
end
return said

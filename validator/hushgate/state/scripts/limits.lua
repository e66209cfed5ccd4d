-- Shared head: seconds until a hit is allowed by limits ARGV[at..], three values each (key, amount, window), and counting it.
-- The window slides: of the fixed window before this one, the part that is still within `window` seconds counts.
-- The server's clock, so that machines whose clocks disagree share one window. Names of counters hold the window's number, so
-- they cannot be in KEYS; they share the hash tag of the key that is, and that is what a cluster asks for.
-- See hushgate/state/limits.py for the arithmetic.
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000

local function wait_seconds(amount, window, into, current, previous)
  if current + previous * (1 - into / window) + 1 <= amount then return 0 end
  local free_at = window * 2
  if current + 1 <= amount then
    free_at = window * (1 - (amount - current - 1) / previous)
  elseif amount >= 1 then
    free_at = window + window * (1 - (amount - 1) / current)
  end
  return math.max(1, math.floor(free_at - into) + 1)
end

local function names(key, window)
  local at = math.floor(now / window)
  return key .. ':' .. at, key .. ':' .. (at - 1)
end

local function count(prefix, at, consume)
  local wait = 0
  for i = at, #ARGV, 3 do
    local window = tonumber(ARGV[i + 2])
    local current, previous = names(prefix .. ARGV[i], window)
    local hits, before = redis.call('GET', current), redis.call('GET', previous)
    wait = math.max(wait, wait_seconds(tonumber(ARGV[i + 1]), window, now % window, tonumber(hits or 0), tonumber(before or 0)))
  end
  if wait == 0 and consume then
    for i = at, #ARGV, 3 do
      local window = tonumber(ARGV[i + 2])
      local current = names(prefix .. ARGV[i], window)
      -- two windows from its first hit reach past the end of the next window, in which it still counts
      if redis.call('INCR', current) == 1 then redis.call('PEXPIRE', current, window * 2000) end
    end
  end
  return wait
end

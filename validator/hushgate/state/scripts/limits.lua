-- Shared head: seconds until a hit is allowed by limits ARGV[at..], three values each (key, amount, window), and counting it.
-- The window slides: of the fixed window before this one, the part that is still within `window` seconds counts.
-- The server's clock is used, so that all workers share one.
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000

local function wait_seconds(amount, window, into, current, previous)
  if current + previous * (1 - into / window) + 1 <= amount then return 0 end
  if current + 1 > amount or previous == 0 then return math.max(1, math.floor(window - into) + 1) end
  local free_at = window * (1 - (amount - current - 1) / previous)
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
      redis.call('INCR', current)
      redis.call('EXPIRE', current, window * 2)
    end
  end
  return wait
end

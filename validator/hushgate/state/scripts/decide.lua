-- KEYS: the head of the names of the shard's keys. ARGV: a batch (hushgate/state/batch.py) in MessagePack, an empty array for what
-- is not asked. Returns a reply in JSON, empty arrays likewise. See hushgate/state/decide.py and limits.py for the arithmetic.
-- No other key is declared, for the reason that names.lua has: all share the hash tag.
local lease, later, counting, takes, consume = unpack(cmsgpack.unpack(ARGV[1]))

local state = 'none'
if #lease > 0 then state = redeem(KEYS[1] .. 't:' .. lease[1], lease[2], lease[3], false) end
if state == 'replayed' then counting, takes = {}, {} end

-- every counter is read at once: a call from a script costs as much as what it does
local reads, seen = {}, {}
local function names_of(row, name, window) return names(KEYS[1] .. 'c:' .. row .. '|' .. name, window) end
local function want(row, name, window)
  local current, previous = names_of(row, name, window)
  reads[#reads + 1], reads[#reads + 2] = current, previous
end
local function each_counting(work)
  for _, one in ipairs(later) do work(one) end
  if #counting > 0 then work(counting) end
end
each_counting(function(one)
  for _, count in ipairs(one[1]) do want(count[1], count[2], count[3]) end
  if #one[2] > 0 then want(one[2][1], one[2][2], one[2][3]) end
end)
for _, take in ipairs(takes) do
  for _, quota in ipairs(take[QUOTAS]) do want(quota[ROW], quota[NAME], quota[WINDOW]) end
end
if #reads > 0 then
  local values = redis.call('MGET', unpack(reads))
  for at, name in ipairs(reads) do seen[name] = tonumber(values[at] or 0) end
end

local function look(row, name, window)
  local current, previous = names_of(row, name, window)
  return seen[current], seen[previous], current
end

local function add(name, window, by)
  local hits = redis.call('INCRBY', name, by)
  -- two windows from its first hit reach past the end of the next window, in which it still counts
  if hits == by then redis.call('PEXPIRE', name, whole(window * 2000)) end
  seen[name] = hits
end

local function share(window) return 1 - now % window / window end

local function count(one)
  local counts, marker, again = one[1], one[2], false
  if #marker > 0 then
    local hits, before, name = look(marker[1], marker[2], marker[3])
    again = hits + before > 0
    if not again then add(name, marker[3], marker[4]) end
  end
  local said = {}
  for at, each in ipairs(counts) do
    local hits, before, name = look(each[1], each[2], each[3])
    if each[4] > 0 and not again then
      add(name, each[3], each[4])
      hits = seen[name]
    end
    said[at] = string.format('%.6f', hits + before * share(each[3]))
  end
  return string.format('[[%s],%s]', table.concat(said, ','), again and 'true' or 'false')
end

for _, one in ipairs(later) do count(one) end
local tally = #counting > 0 and count(counting) or '[]'

local allowed, asked, told = true, {}, {}
for place, take in ipairs(takes) do
  local marker = marker_of(take)
  local again = marker and redis.call('EXISTS', marker) == 1
  local beside, waits, counts = {}, {}, {}
  asked[place] = {marker = marker, ttl = take[TTL], quotas = {}}
  for at, quota in ipairs(take[QUOTAS]) do
    if quota[EACH] or not again then
      local hits, before, name = look(quota[ROW], quota[NAME], quota[WINDOW])
      local sum = hits + before * share(quota[WINDOW])
      asked[place].quotas[at] = {name = name, hits = hits, before = before, sum = sum}
      beside[quota[ROW] .. '|' .. quota[NAME]] = sum
    end
  end
  for at, quota in ipairs(take[QUOTAS]) do
    local has, amount, window = asked[place].quotas[at], quota[AMOUNT], quota[WINDOW]
    waits[at], counts[at] = 0, 'null'
    if has then
      if quota[OF] ~= '' then
        local others = math.max(0, (beside[quota[OF]] or 0) - has.sum)
        amount = math.max(amount, math.floor(quota[TIMES] * others))
      end
      waits[at] = wait_seconds(amount, window, now % window, has.hits, has.before)
      counts[at] = string.format('%.6f', has.sum)
      allowed = allowed and waits[at] == 0
    end
  end
  told[place] = string.format('[[%s],[%s]]', table.concat(waits, ','), table.concat(counts, ','))
end

if allowed and consume then
  for place, take in ipairs(takes) do
    for at, quota in ipairs(take[QUOTAS]) do
      local has = asked[place].quotas[at]
      if has then add(has.name, quota[WINDOW], 1) end
    end
    local marker = asked[place].marker
    if marker and redis.call('INCR', marker) == 1 then redis.call('EXPIRE', marker, take[TTL]) end
  end
end
return string.format('["%s",%s,[%s],%.6f]', state, tally, table.concat(told, ','), now)

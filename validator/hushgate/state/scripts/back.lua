-- KEYS: the head of the names of the shard's keys. ARGV: the time at which it was counted; takes in MessagePack. Takes back what was
-- counted, but for what others rely on: a marker says how many do. What has expired stays so.
now = tonumber(ARGV[1])
for _, take in ipairs(cmsgpack.unpack(ARGV[2])) do
  local marker = marker_of(take)
  local others = marker and redis.call('EXISTS', marker) == 1 and redis.call('DECR', marker) or 0
  if marker and others <= 0 then redis.call('DEL', marker) end
  for _, quota in ipairs(take[QUOTAS]) do
    local name = names(KEYS[1] .. 'c:' .. quota[ROW] .. '|' .. quota[NAME], quota[WINDOW])
    if (others <= 0 or quota[EACH]) and tonumber(redis.call('GET', name) or 0) > 0 then redis.call('DECR', name) end
  end
end
return 1

-- Shared head: a token that is leased or spent. The value of its key is "l" (leased) or "s" (spent), then the holder.
local function redeem(key, holder, ttl, spend)
  local held = redis.call('GET', key)
  local wanted = (spend and 's' or 'l') .. holder
  if not held then
    redis.call('SET', key, wanted, 'EX', ttl)
    return 'granted'
  end
  local spent, held_by = held:sub(1, 1) == 's', held:sub(2)
  if holder == '' or held_by ~= holder or (spent and not spend) then return 'replayed' end
  if not spent and spend then redis.call('SET', key, wanted, 'EX', ttl) end
  return 'again'
end

-- Shared head: the parts of a Take, as hushgate/state/batch.py has them, in the order in which they are sent.
local QUOTAS, MARKER, TTL = 1, 2, 3
local ROW, NAME, AMOUNT, WINDOW, OF, TIMES, EACH = 1, 2, 3, 4, 5, 6, 7

local function marker_of(take)
  if take[MARKER] ~= '' then return KEYS[1] .. 'm:' .. take[MARKER] end
end

-- Numbers of some size would be written with an exponent, which is no number to Redis.
local function whole(number) return string.format('%.0f', number) end

-- KEYS: the head of the names of the lists' keys (version, entries by id, audit trail). ARGV: a verb, and what it takes.
local version, entries, audit = KEYS[1] .. 'version', KEYS[1] .. 'entries', KEYS[1] .. 'audit'
local verb = ARGV[1]
if verb == 'version' then return redis.call('GET', version) or '' end
if verb == 'read' then return redis.call('HVALS', entries) end
if verb == 'audit' then return redis.call('LRANGE', audit, -tonumber(ARGV[2]), -1) end

-- change: how many ids to drop, the ids; how many entries to put, each with its id; then lines for the audit trail
local at = 3
for _ = 1, tonumber(ARGV[2]) do
  redis.call('HDEL', entries, ARGV[at])
  at = at + 1
end
local puts = tonumber(ARGV[at])
at = at + 1
for _ = 1, puts do
  redis.call('HSET', entries, ARGV[at], ARGV[at + 1])
  at = at + 2
end
for line = at, #ARGV do redis.call('RPUSH', audit, ARGV[line]) end
redis.call('INCR', version)
return {}

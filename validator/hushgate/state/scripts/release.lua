-- KEYS: the token. ARGV: holder. Gives a lease back, unspent.
if redis.call('GET', KEYS[1]) == 'l' .. ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0

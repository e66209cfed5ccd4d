-- KEYS: the token. ARGV: holder, time to live in seconds, 1 to spend. Returns granted, again or replayed.
return redeem(KEYS[1], ARGV[1], ARGV[2], ARGV[3] == '1')

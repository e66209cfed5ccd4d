-- KEYS: a key of its own. A write, because a server that is out of memory, or a replica, still answers reads.
redis.call('SET', KEYS[1], '1', 'PX', 1000)
return 1

-- A turn that was given up waits in its lane again: it leaves the list. `how` "back": it stays there after all, free for the next.
-- KEYS buried   ARGV turn, how
-- Returns 1 when it was listed, else 0.
redis.call('HDEL', KEYS[1], 'claim ' .. ARGV[1])
if ARGV[2] == 'back' then return redis.call('HEXISTS', KEYS[1], ARGV[1]) end
return redis.call('HDEL', KEYS[1], ARGV[1])

-- Give a lease back with the work undone: somebody else goes on. The epoch stays, so that the next one is higher.
-- KEYS lease, journal   ARGV epoch
-- Returns 1, or 0 when it was not ours.
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return 0 end
if redis.call('HGET', KEYS[2], 'epoch') == ARGV[1] then redis.call('HDEL', KEYS[2], 'holder') end
return redis.call('HDEL', KEYS[1], 'token')

-- Something that must happen once at most is about to happen, under a lease that is ours. It is written down before it happens.
-- KEYS lease, journal   ARGV epoch, name, seconds the journal lives
-- Returns 1 when it may happen, 0 when it may have happened already, -1 when the lease is not ours any more.
local epoch, token = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token'))
if not token or epoch ~= ARGV[1] then return -1 end
local first = redis.call('HSETNX', KEYS[2], 'once:' .. ARGV[2], '1')
redis.call('EXPIRE', KEYS[2], ARGV[3])
return first

-- Write fields into the journal of a lane whose lease is ours. A turn that was answered stays at that stage.
-- KEYS lease, journal   ARGV epoch, seconds the journal lives, field, value, …
-- Returns 1, or 0 when the lease is not ours any more.
local epoch, token = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token'))
if not token or epoch ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
if redis.call('HEXISTS', KEYS[2], 'outcome') == 1 then redis.call('HSET', KEYS[2], 'stage', 'answered') end
redis.call('EXPIRE', KEYS[2], ARGV[2])
return 1

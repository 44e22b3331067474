-- Take or renew the lease of a lane. The epoch grows for ever: it is seeded from server time, so that it also outgrows
-- an epoch whose key has expired.
-- KEYS lease   ARGV token, milliseconds it lasts
-- Returns {epoch, server milliseconds}; epoch 0: somebody else holds it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, epoch, ends = unpack(redis.call('HMGET', KEYS[1], 'token', 'epoch', 'ends'))
local held = holder and tonumber(ends) > now
if held and holder ~= ARGV[1] then return {0, now} end
if not held then epoch = math.max((tonumber(epoch) or 0) + 1, now) end
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'epoch', epoch, 'ends', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[2])
return {tonumber(epoch), now}

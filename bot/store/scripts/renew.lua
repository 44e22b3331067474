-- Renew a lease that is still ours, and learn whether somebody asked the turn to stop.
-- KEYS lease, journal   ARGV epoch, milliseconds it lasts
-- Returns {held (1 or 0), stop (turn id or "")}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch, token, ends = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token', 'ends'))
if not token or epoch ~= ARGV[1] or tonumber(ends) <= now then return {0, ''} end
redis.call('HSET', KEYS[1], 'ends', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], 2 * ARGV[2])
return {1, redis.call('HGET', KEYS[2], 'stop') or ''}

-- Renew a lease that nobody else has taken, late or not, and learn whether somebody asked the turn to stop.
-- KEYS lease, journal   ARGV epoch, milliseconds it lasts, milliseconds its key lives
-- Returns {held (1 or 0), stop (turn id or ""), why ("" or "steer")}.
local epoch, token = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token'))
if not token or epoch ~= ARGV[1] then return {0, '', ''} end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'ends', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local stop, why = unpack(redis.call('HMGET', KEYS[2], 'stop', 'why'))
return {1, stop or '', why or ''}

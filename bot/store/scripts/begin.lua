-- Begin a turn, or take up the one that a process before us left: its messages are frozen by their number.
-- A journal of a message that waits here no more (its mailbox ran out of time) is no beginning of this turn.
-- KEYS lease, journal, generation   ARGV epoch, turn id, number of messages, seconds the journal lives
-- Returns the journal as {field, value, …}, or {} when the lease is not ours any more.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch, token, ends = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token', 'ends'))
if not token or epoch ~= ARGV[1] or tonumber(ends) <= now then return {} end
if redis.call('HGET', KEYS[2], 'turn') ~= ARGV[2] then
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'turn', ARGV[2], 'count', ARGV[3], 'stage', 'begun', 'began', now, 'generation', redis.call('GET', KEYS[3]) or '0')
end
redis.call('HSET', KEYS[2], 'epoch', epoch)
redis.call('HINCRBY', KEYS[2], 'attempts', 1)
redis.call('EXPIRE', KEYS[2], ARGV[4])
return redis.call('HGETALL', KEYS[2])

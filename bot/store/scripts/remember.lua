-- File a finished turn: outcome into the journal, words into the history; the same turn again changes nothing.
-- A reset since the turn began raised the generation: then nothing goes into the history.
-- KEYS lease, journal, generation, history, order
-- ARGV epoch, turn id, outcome, entry ("" files nothing), turns to keep, seconds the history lives
-- Returns 1, or 0 when the lease is not ours any more.
local epoch, token = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token'))
if not token or epoch ~= ARGV[1] then return 0 end
local generation, began = unpack(redis.call('HMGET', KEYS[2], 'generation', 'began'))
redis.call('HSET', KEYS[2], 'stage', 'answered', 'outcome', ARGV[3])
if ARGV[4] == '' or (redis.call('GET', KEYS[3]) or '0') ~= generation then return 1 end
redis.call('HSET', KEYS[4], ARGV[2], ARGV[4])
redis.call('ZADD', KEYS[5], 'NX', began, ARGV[2])
local surplus = redis.call('ZCARD', KEYS[5]) - tonumber(ARGV[5])
if surplus > 0 then
  redis.call('HDEL', KEYS[4], unpack(redis.call('ZRANGE', KEYS[5], 0, surplus - 1)))
  redis.call('ZREMRANGEBYRANK', KEYS[5], 0, surplus - 1)
end
redis.call('EXPIRE', KEYS[4], ARGV[6])
redis.call('EXPIRE', KEYS[5], ARGV[6])
return 1

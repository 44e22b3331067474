-- File a finished turn: outcome into the journal, words into the history; the same turn again changes nothing.
-- A reset since the turn began raised the generation: then nothing goes into the history; nor when its question was deleted.
-- An exchange that stands there already keeps its place; one that was to be filed long ago gets the place it would have had.
-- KEYS lease, journal, generation, history, order
-- ARGV epoch, id of the turn whose exchange it is, outcome, entry ("" files nothing), turns to keep, seconds the history lives,
--      then field, value, … for the journal: what the record of the turn tells besides
-- Returns 1, or 0 when the lease is not ours any more.
local epoch, token = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token'))
if not token or epoch ~= ARGV[1] then return 0 end
local generation, began, place, dropped = unpack(redis.call('HMGET', KEYS[2], 'generation', 'began', 'place', 'dropped'))
redis.call('HSET', KEYS[2], 'stage', 'answered', 'outcome', ARGV[3], unpack(ARGV, 7))
if ARGV[4] == '' or dropped or (redis.call('GET', KEYS[3]) or '0') ~= generation then return 1 end
redis.call('HSET', KEYS[2], 'filed', '1')
redis.call('HSET', KEYS[4], ARGV[2], ARGV[4])
redis.call('ZADD', KEYS[5], 'NX', place or began, ARGV[2])
local surplus = redis.call('ZCARD', KEYS[5]) - tonumber(ARGV[5])
if surplus > 0 then
  redis.call('HDEL', KEYS[4], unpack(redis.call('ZRANGE', KEYS[5], 0, surplus - 1)))
  redis.call('ZREMRANGEBYRANK', KEYS[5], 0, surplus - 1)
end
redis.call('EXPIRE', KEYS[4], ARGV[6])
redis.call('EXPIRE', KEYS[5], ARGV[6])
return 1

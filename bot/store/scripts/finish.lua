-- A turn is settled: drop what it answered; with an empty mailbox leave the index and release the lease, in the same step,
-- so that no message can be stranded between the two.
-- KEYS lease, journal, mailbox, pending, turn, signs   ARGV epoch, lane, turn id, seconds the turn lives, milliseconds a free lease's key lives
-- Returns the number of messages that wait, or -1 when the lease is not ours any more.
local epoch, token = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token'))
if not token or epoch ~= ARGV[1] then return -1 end
local turn, count = unpack(redis.call('HMGET', KEYS[2], 'turn', 'count'))
if turn and turn == ARGV[3] then
  for _, line in ipairs(redis.call('LRANGE', KEYS[3], 0, count - 1)) do
    redis.call('HDEL', KEYS[6], string.match(line, '^%d+ %S+ %S* ([^\n]*)\n') or '')
  end
  redis.call('LTRIM', KEYS[3], count, -1)
  redis.call('HDEL', KEYS[2], 'holder', 'dead', 'pending', 'outcome')  -- the answer stands in the history
  redis.call('HSET', KEYS[2], 'stage', 'settled')
  redis.call('RENAME', KEYS[2], KEYS[5])
  redis.call('EXPIRE', KEYS[5], ARGV[4])
end
local first = redis.call('LINDEX', KEYS[3], 0)
if first then
  redis.call('ZADD', KEYS[4], string.match(first, '^%d+') or 0, ARGV[2])
  return redis.call('LLEN', KEYS[3])
end
redis.call('ZREM', KEYS[4], ARGV[2])
redis.call('HDEL', KEYS[1], 'token')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 0

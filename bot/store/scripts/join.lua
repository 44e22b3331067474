-- A message joins its lane: duplicate check, append and index in one step.
-- KEYS seen, mailbox, pending   ARGV lane, message, most messages that may wait, seconds `seen` lives, seconds the mailbox lives
-- Returns "joined", "pending" (seen, still waiting or being answered), "seen" (seen and done) or "full".
if redis.call('EXISTS', KEYS[1]) == 1 then
  if redis.call('ZSCORE', KEYS[3], ARGV[1]) then return 'pending' end
  return 'seen'
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[3]) then return 'full' end
local time = redis.call('TIME')
redis.call('SET', KEYS[1], '1', 'EX', ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], 'NX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
return 'joined'

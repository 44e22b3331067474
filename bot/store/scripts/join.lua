-- A message joins its lane: duplicate check, append and index in one step.
-- A line of the mailbox is "<server milliseconds> <flags> <author> <id>\n<JSON>": the scripts read its first line alone.
-- KEYS seen, mailbox, pending, journal
-- ARGV lane, "<flags> <author> <id>\n<JSON>", most messages that may wait, seconds `seen` lives, seconds the mailbox lives
-- Returns "joined", "busy" (joined behind a turn that runs), "pending" (seen, still waiting or being answered), "seen" (seen and done) or "full".
if redis.call('EXISTS', KEYS[1]) == 1 then
  if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
    redis.call('EXPIRE', KEYS[2], ARGV[5]) -- who comes again waits for the replicas too, and they are waited for behind a write only
    return 'pending'
  end
  return 'seen'
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[3]) then return 'full' end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('SET', KEYS[1], '1', 'EX', ARGV[4])
redis.call('RPUSH', KEYS[2], now .. ' ' .. ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], 'NX', now, ARGV[1])
return redis.call('EXISTS', KEYS[4]) == 1 and 'busy' or 'joined'

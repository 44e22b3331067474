-- A message joins its lane: whether we answer it, duplicate check, append and index in one step.
-- A line of the mailbox is "<server milliseconds> <flags> <author> <id>\n<JSON>": the scripts read its first line alone.
-- In a thread who spoke is remembered from the moment that somebody called us there, whatever becomes of the message.
-- KEYS seen, mailbox, pending, journal, voices
-- ARGV lane, "<flags> <author> <id>\n<JSON>", most messages that may wait, seconds `seen` lives, seconds the mailbox lives,
--      "" where nobody is counted, "called" when they call us, else when we answer: "one" (only one has spoken), "always";
--      author, seconds the voices live, what of a waiting message says that it asks for the same ("" for none)
-- Returns "joined", "busy" (joined behind a turn that runs), "pending" (seen, still waiting or being answered), "seen" (seen and done), "full",
--         "twin" (another that asks for the same waits or is being answered), or "ignored": we do not answer. Where nobody ever called us not
--         even who speaks is written down then.
-- The mark of what was seen names its author: with the place that tells the lane, when the message is edited or deleted.
local word = ARGV[6]
if word ~= '' then
  if word ~= 'called' and redis.call('EXISTS', KEYS[5]) == 0 then return 'ignored' end
  redis.call('SADD', KEYS[5], ARGV[7])
  redis.call('EXPIRE', KEYS[5], ARGV[8])
  if word == 'one' and redis.call('SCARD', KEYS[5]) > 1 then return 'ignored' end
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  if redis.call('ZSCORE', KEYS[3], ARGV[1]) then
    redis.call('EXPIRE', KEYS[2], ARGV[5]) -- who comes again waits for the replicas too, and they are waited for behind a write only
    return 'pending'
  end
  return 'seen'
end
if (ARGV[9] or '') ~= '' then
  for _, line in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    if string.find(line, ARGV[9], 1, true) then return 'twin' end
  end
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[3]) then return 'full' end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('SET', KEYS[1], string.match(ARGV[2], '^%S+ (%S*) ') or '', 'EX', ARGV[4])
redis.call('RPUSH', KEYS[2], now .. ' ' .. ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], 'NX', now, ARGV[1])
return redis.call('EXISTS', KEYS[4]) == 1 and 'busy' or 'joined'

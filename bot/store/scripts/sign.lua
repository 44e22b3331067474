-- Whether a message still waits for its turn; if so, it is noted that it shows a sign of that.
-- KEYS mailbox, journal, signs   ARGV id, seconds the signs live
-- Returns 1 when it waits, else 0.
local begun = redis.call('HGET', KEYS[2], 'count') or 0
for _, line in ipairs(redis.call('LRANGE', KEYS[1], begun, -1)) do
  if string.match(line, '^%d+ %S+ %S* ([^\n]*)\n') == ARGV[1] then
    redis.call('HSET', KEYS[3], ARGV[1], '1')
    redis.call('EXPIRE', KEYS[3], ARGV[2])
    return 1
  end
end
return 0

-- What one person thinks of one answer. The same again changes nothing; a thumb without a reason leaves the reason it had.
-- KEYS rated, ratings   ARGV name, thumb, digest of the reason or '', entry, Unix seconds, oldest Unix seconds, most ratings, seconds they live
-- Returns 1 when something changed, else 0.
local name, thumb, digest = ARGV[1], ARGV[2], ARGV[3]
local old = redis.call('HGET', KEYS[2], name)
if old then
  local had, reason = string.match(old, '^(%a+) (%x*)\n')
  if had == thumb and (digest == '' or digest == reason) then return 0 end
end
redis.call('ZADD', KEYS[1], ARGV[5], name)
redis.call('HSET', KEYS[2], name, thumb .. ' ' .. digest .. '\n' .. ARGV[4])
local late = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[6])
local surplus = redis.call('ZRANGE', KEYS[1], 0, -1 - ARGV[7])
for _, names in ipairs({late, surplus}) do
  for _, gone in ipairs(names) do
    redis.call('ZREM', KEYS[1], gone)
    redis.call('HDEL', KEYS[2], gone)
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[8])
redis.call('EXPIRE', KEYS[2], ARGV[8])
return 1

-- A turn is given up: list it, once. Whoever was tried again stays in `burials`, so that it is not listed a second time.
-- KEYS burials, buried   ARGV turn, entry, most entries, seconds they live
-- Returns 1 the first time, else 0.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
local late = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[4] * 1000)
local surplus = redis.call('ZRANGE', KEYS[1], 0, -1 - ARGV[3])
for _, turns in ipairs({late, surplus}) do
  for _, turn in ipairs(turns) do
    redis.call('ZREM', KEYS[1], turn)
    redis.call('HDEL', KEYS[2], turn, 'claim ' .. turn)
  end
end
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return 1

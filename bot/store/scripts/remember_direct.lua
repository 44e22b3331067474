-- Somebody wrote to us directly: their channel is remembered, and of all only those heard last.
-- KEYS directs   ARGV channel, Unix seconds, most channels, seconds the key lives
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1

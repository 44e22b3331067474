-- The direct channels that were heard since, last heard first.
-- KEYS directs   ARGV Unix seconds, most channels
return redis.call('ZREVRANGEBYSCORE', KEYS[1], '+inf', ARGV[1], 'LIMIT', 0, ARGV[2])

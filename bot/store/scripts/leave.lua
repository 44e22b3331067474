-- Messages of ours are to be deleted, by whoever comes to it. One that is claimed already stays claimed.
-- KEYS leftovers   ARGV milliseconds the key lives, message, …
-- Returns 1.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 'NX', now, ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1

-- Charge a call once, and free its hold.
-- KEYS spend, holds, settled   ARGV call, seconds `settled` lives, seconds spend lives, field, amount, field, amount, …
-- Fields are counters of the day's hash (spent, estimated, input:<user>:<model>, …). Returns 1 the first time, else 0.
redis.call('HDEL', KEYS[2], ARGV[1])
if not redis.call('SET', KEYS[3], '1', 'NX', 'EX', ARGV[2]) then return 0 end
for i = 4, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1

-- Charge a call once, and free its hold, or take back the estimate that was charged when the hold's time was over.
-- KEYS spend (of the day the hold was made on), holds, settled
-- ARGV call, seconds `settled` lives, seconds spend lives, field, amount, field, amount, …
-- Fields are counters of the day's hash (spent, estimated, input <user> <model>, …). Returns 1 the first time, else 0.
local hold = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
if not redis.call('SET', KEYS[3], '1', 'NX', 'EX', ARGV[2]) then return 0 end
local estimated = hold and string.match(hold, '^%-(%d+) ')
if estimated then
  redis.call('HINCRBY', KEYS[1], 'spent', -tonumber(estimated))
  redis.call('HINCRBY', KEYS[1], 'estimated', -tonumber(estimated))
end
for i = 4, #ARGV, 2 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1

-- Hold the worst cost of a call against the server's day. Amounts are whole millionths of a US dollar.
-- Holds of calls that never settled (their process died) are charged as they were held, once their time is over.
-- KEYS spend, holds   ARGV call, amount, budget ("" for none), server milliseconds a hold lives, day, seconds spend lives, seconds holds live
-- Returns {1, spent, held} when it is held (also when it was before), or {0, spent, held} when the budget does not allow it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held, mine = 0, false
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do
  local amount, day, ends = string.match(entries[i + 1], '^(%d+) (%S+) (%d+)$')
  if day == ARGV[5] then
    if tonumber(ends) <= now then
      redis.call('HINCRBY', KEYS[1], 'spent', amount)
      redis.call('HINCRBY', KEYS[1], 'estimated', amount)
      redis.call('HDEL', KEYS[2], entries[i])
    else
      held = held + tonumber(amount)
      mine = mine or entries[i] == ARGV[1]
    end
  elseif tonumber(ends) <= now then
    redis.call('HDEL', KEYS[2], entries[i])
  end
end
local spent = tonumber(redis.call('HGET', KEYS[1], 'spent') or '0')
if mine then return {1, spent, held} end
if ARGV[3] ~= '' and spent + held + tonumber(ARGV[2]) > tonumber(ARGV[3]) then return {0, spent, held} end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[5] .. ' ' .. string.format('%.0f', now + tonumber(ARGV[4])))
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[7])
return {1, spent, held + tonumber(ARGV[2])}

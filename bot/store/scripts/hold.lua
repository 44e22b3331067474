-- Hold the worst cost of a call against the server's day. Amounts are whole millionths of a US dollar.
-- A hold whose time is over (its process died) is charged as it stands, to the day it was made on, and kept for another day as
-- "-amount …": should its call settle after all, settle.lua takes the estimate back.
-- KEYS spend, holds, spend of the day before
-- ARGV call, amount, budget ("" for none), milliseconds a hold lives, day, seconds spend lives, seconds holds live
-- Returns {1, spent, held} when it is held (also when it was before), or {0, spent, held} when the budget does not allow it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local held, mine = 0, false
local entries = redis.call('HGETALL', KEYS[2])
for i = 1, #entries, 2 do
  local call = entries[i]
  local charged, amount, day, ends = string.match(entries[i + 1], '^(%-?)(%d+) (%S+) (%d+)$')
  local over = tonumber(ends) <= now
  if charged == '-' then
    if tonumber(ends) + 86400000 <= now then redis.call('HDEL', KEYS[2], call) end
  elseif over then
    local spend = day == ARGV[5] and KEYS[1] or KEYS[3]
    redis.call('HINCRBY', spend, 'spent', amount)
    redis.call('HINCRBY', spend, 'estimated', amount)
    redis.call('EXPIRE', spend, ARGV[6])
    redis.call('HSET', KEYS[2], call, '-' .. entries[i + 1])
  elseif day == ARGV[5] then
    held = held + tonumber(amount)
    mine = mine or call == ARGV[1]
  end
end
local spent = tonumber(redis.call('HGET', KEYS[1], 'spent') or '0')
if mine then return {1, spent, held} end
if ARGV[3] ~= '' and spent + held + tonumber(ARGV[2]) > tonumber(ARGV[3]) then return {0, spent, held} end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[5] .. ' ' .. string.format('%.0f', now + tonumber(ARGV[4])))
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('EXPIRE', KEYS[2], ARGV[7])
return {1, spent, held + tonumber(ARGV[2])}

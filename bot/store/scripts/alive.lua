-- Who was taken for dead lives: it was frozen, or cut off, and lost its lease. Its death is taken back while the turn is not settled.
-- KEYS journal   ARGV turn id, process
-- Returns 1 when it was counted, else 0.
local turn, dead = unpack(redis.call('HMGET', KEYS[1], 'turn', 'dead'))
if turn ~= ARGV[1] or not dead then return 0 end
local from, to = string.find(dead, ARGV[2] .. ' ', 1, true)
if not from then return 0 end
redis.call('HSET', KEYS[1], 'dead', string.sub(dead, 1, from - 1) .. string.sub(dead, to + 1))
redis.call('HINCRBY', KEYS[1], 'deaths', -1)
return 1

-- The exchange of a turn, and those before it: what was known when its question was asked.
-- KEYS order, history   ARGV turn id, server milliseconds at which it began, exchanges to hand over
-- Returns {JSON or "", {JSON, …}}, oldest first.
local turns, before = redis.call('ZREVRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '-inf', 'LIMIT', 0, ARGV[3]), {}
for i = #turns, 1, -1 do
  if turns[i] ~= ARGV[1] then before[#before + 1] = redis.call('HGET', KEYS[2], turns[i]) or nil end
end
return {redis.call('HGET', KEYS[2], ARGV[1]) or '', before}

-- Ask the lane's running turn to stop. Whoever runs or continues it honours the field.
-- KEYS journal   ARGV turn id ("" for whichever runs)
-- Returns the turn's id, or "" when none runs there or it has been answered already.
local turn, stage = unpack(redis.call('HMGET', KEYS[1], 'turn', 'stage'))
if not turn or (ARGV[1] ~= '' and turn ~= ARGV[1]) or stage == 'answered' then return '' end
redis.call('HSET', KEYS[1], 'stop', turn)
return turn

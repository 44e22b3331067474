-- Ask the lane's running turn to stop. Whoever runs or continues it honours the field.
-- KEYS journal   ARGV turn id ("" for whichever runs), turn id that does not count: the one by which the order itself is carried out
-- Returns the turn's id, or "" when none runs there or it has been answered already.
local turn, outcome = unpack(redis.call('HMGET', KEYS[1], 'turn', 'outcome'))
if not turn or (ARGV[1] ~= '' and turn ~= ARGV[1]) or turn == ARGV[2] or outcome then return '' end
redis.call('HSET', KEYS[1], 'stop', turn)
return turn

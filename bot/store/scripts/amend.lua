-- What was asked in an answered turn was edited or deleted: its exchange and its record change together, unless either changed meanwhile.
-- KEYS history, order, record
-- ARGV turn id, old exchange, new exchange, old question, new question; each "" for none: nothing stands there, or it is to go
-- Returns 1, or 0 when something else stands there now.
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
if (redis.call('HGET', KEYS[3], 'question') or '') ~= ARGV[4] then return 0 end
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
if ARGV[2] ~= '' and ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[3], 'question', ARGV[5]) end
if ARGV[4] ~= '' and ARGV[5] == '' then redis.call('DEL', KEYS[3]) end
return 1

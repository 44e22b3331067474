-- Forget a conversation. The generation keeps a running turn from filing what it knew before.
-- KEYS generation, history, order   ARGV seconds the generation lives
-- Returns the number of turns forgotten.
redis.call('INCR', KEYS[1])
redis.call('EXPIRE', KEYS[1], ARGV[1])
local turns = redis.call('ZCARD', KEYS[3])
redis.call('DEL', KEYS[2], KEYS[3])
return turns

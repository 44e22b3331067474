-- Somebody speaks in a thread: who spoke is remembered from the moment that somebody called us there.
-- KEYS voices   ARGV author, seconds it lives, "1" when they call us, else "0"
-- Returns how many have spoken, or 0 where nobody ever called us: then not even who speaks is written down.
if ARGV[3] ~= '1' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('SCARD', KEYS[1])

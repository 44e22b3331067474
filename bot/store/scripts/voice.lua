-- Somebody speaks in a thread, and nothing of it joins a lane: who spoke is remembered from the moment that somebody called us there.
-- What joins is counted by join.lua, in the same way.
-- KEYS voices   ARGV author, seconds it lives, "called" when they call us, else when we answer: "one" (only one has spoken), "always", "never"
-- Returns 1 when we answer, else 0. Where nobody ever called us not even who speaks is written down.
local word = ARGV[3]
if word ~= 'called' and redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
if word == 'never' or word == 'one' and redis.call('SCARD', KEYS[1]) > 1 then return 0 end
return 1

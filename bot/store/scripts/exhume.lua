-- A turn that was given up is tried again: one caller gets it, for so long; who does not finish in time leaves it to the next.
-- KEYS buried   ARGV turn, milliseconds that the claim lasts
-- Returns the entry, or nil when there is none, or somebody else is at it.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local entry, claim = unpack(redis.call('HMGET', KEYS[1], ARGV[1], 'claim ' .. ARGV[1]))
if not entry or (claim and tonumber(claim) > now) then return false end
redis.call('HSET', KEYS[1], 'claim ' .. ARGV[1], string.format('%.0f', now + ARGV[2]))
return entry

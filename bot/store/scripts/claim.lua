-- Claim the message that is to be deleted next: nobody else tries it before the claim is over. Whoever deleted it takes it away.
-- KEYS leftovers   ARGV milliseconds a claim lasts
-- Returns {message}; or {'', milliseconds until one may be claimed}, of which there may be none: {''}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local message, due = unpack(redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES'))
if not message then return {''} end
if tonumber(due) > now then return {'', tonumber(due) - now} end
redis.call('ZADD', KEYS[1], now + ARGV[1], message)
return {message}

-- How one lane stands, read without changing it.
-- KEYS lease, journal, mailbox
-- Returns {server milliseconds now, messages in the mailbox, those of them that are being answered, server milliseconds at which the first
--          of the others joined (-1: there is none)}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local token, ends = unpack(redis.call('HMGET', KEYS[1], 'token', 'ends'))
local held = token and tonumber(ends) > now
local count = tonumber(held and redis.call('HGET', KEYS[2], 'count') or 0)
local next = redis.call('LINDEX', KEYS[3], count)
return {now, redis.call('LLEN', KEYS[3]), count, tonumber(next and string.match(next, '^%d+') or -1)}

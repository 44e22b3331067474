-- How one lane stands, read without changing it.
-- KEYS lease, journal, mailbox
-- Returns {server milliseconds now, messages in the mailbox, those of them that are being answered, server milliseconds at which the first
--          of the others joined (-1: there is none), 1 when those are an answer being written: an order is none}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local token, ends = unpack(redis.call('HMGET', KEYS[1], 'token', 'ends'))
local held = token and tonumber(ends) > now
local count = tonumber(held and redis.call('HGET', KEYS[2], 'count') or 0)
local first, next = redis.call('LINDEX', KEYS[3], 0), redis.call('LINDEX', KEYS[3], count)
local order = first and string.find(string.match(first, '^%d+ (%S+)') or '', 'o')
local since = tonumber(next and string.match(next, '^%d+') or -1)
return {now, redis.call('LLEN', KEYS[3]), count, since, count > 0 and not order and 1 or 0}

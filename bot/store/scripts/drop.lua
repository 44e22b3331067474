-- Drop messages at the head of a mailbox that nobody can read: written by another version, or not by us.
-- KEYS lease, mailbox   ARGV epoch, message, …
-- Returns the number of messages dropped, or -1 when the lease is not ours any more.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local epoch, token, ends = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token', 'ends'))
if not token or epoch ~= ARGV[1] or tonumber(ends) <= now then return -1 end
for i = 2, #ARGV do
  if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[i] then return i - 2 end
  redis.call('LPOP', KEYS[2])
end
return #ARGV - 1

-- A message was edited while it waits: its line in the mailbox is replaced, unless its turn has begun.
-- KEYS mailbox, journal   ARGV lane, old line, new line
-- Returns "waits" (it was replaced), the id of the turn that runs with it, or "gone".
local lines = redis.call('LRANGE', KEYS[1], 0, -1)
local first = lines[1] and string.match(lines[1], '^%d+ %S+ %S* ([^\n]*)\n')
local turn, count = unpack(redis.call('HMGET', KEYS[2], 'turn', 'count'))
local runs = first and turn == string.sub(redis.sha1hex(ARGV[1] .. '\n' .. first), 1, 20)
local begun = runs and tonumber(count) or 0
for i, line in ipairs(lines) do
  if line == ARGV[2] then
    if i <= begun then return turn end
    redis.call('LSET', KEYS[1], i - 1, ARGV[3])
    return 'waits'
  end
end
return 'gone'

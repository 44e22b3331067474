-- A message was deleted. While it waits it leaves its mailbox. When its turn runs, or one that does something with its answer, that turn
-- stops and files nothing: no words in the history and no record.
-- KEYS mailbox, journal, signs   ARGV lane, id of the message, id of the turn whose question it is, why the turn stops
-- Returns the id of the turn that is to stop, or "".
local lines = redis.call('LRANGE', KEYS[1], 0, -1)
if #lines == 0 then return '' end
local _, _, _, first = string.match(lines[1], '^(%d+) (%S+) (%S*) ([^\n]*)\n')
local turn, count, outcome = unpack(redis.call('HMGET', KEYS[2], 'turn', 'count', 'outcome'))
local runs = turn == string.sub(redis.sha1hex(ARGV[1] .. '\n' .. (first or lines[1])), 1, 20)
local begun = runs and tonumber(count) or 0
local concerned = begun > 0 and string.find(lines[1], '"again":{[^}]*"turn":"' .. ARGV[3] .. '"') ~= nil
for i, line in ipairs(lines) do
  if string.match(line, '^%d+ %S+ %S* ([^\n]*)\n') == ARGV[2] then
    if i > begun then
      redis.call('LREM', KEYS[1], 1, line)
      redis.call('HDEL', KEYS[3], ARGV[2])
      return ''
    end
    concerned = true
  end
end
if not concerned then return '' end
redis.call('HSET', KEYS[2], 'dropped', '1')
if outcome then return '' end
redis.call('HSET', KEYS[2], 'stop', turn, 'why', ARGV[4])
return turn

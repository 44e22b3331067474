-- Take or keep the lease of a lane and begin the turn at the head of its mailbox, or take up the one that a process before us left.
-- The epoch grows for ever: it is seeded from server time, so that it also outgrows an epoch whose key has expired.
-- A turn is the consecutive messages of one author; an order ("o" among its flags) is a turn of its own. Its messages are frozen by their
-- number. A journal of a message that waits here no more (its mailbox ran out of time) is no beginning of this turn.
-- KEYS lease, journal, mailbox, pending, generation, history, order, signs
-- ARGV token, process, milliseconds the lease lasts, milliseconds its key lives, lane, milliseconds to gather a direct message's
--      successors, most messages of a turn, seconds the journal lives, exchanges of the past to hand over
-- Returns {epoch, journal {field, value, …}, messages, past {JSON, …}, ids with a waiting sign}, or
--         {0, milliseconds}: not ours now; look again after so long, or at the next wake when it is 0.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, epoch, ends = unpack(redis.call('HMGET', KEYS[1], 'token', 'epoch', 'ends'))
local held = holder and tonumber(ends) > now
if held and holder ~= ARGV[1] then return {0, 0} end

local function leave(milliseconds)
  if holder == ARGV[1] then redis.call('HDEL', KEYS[1], 'token') end
  return {0, milliseconds}
end

local lines = redis.call('LRANGE', KEYS[3], 0, ARGV[7] - 1)
if #lines == 0 then
  redis.call('ZREM', KEYS[4], ARGV[5])
  return leave(0)
end
local joined, flags, author, id = string.match(lines[1], '^(%d+) (%S+) (%S*) ([^\n]*)\n')
local turn = string.sub(redis.sha1hex(ARGV[5] .. '\n' .. (id or lines[1])), 1, 20)
local fresh = redis.call('HGET', KEYS[2], 'turn') ~= turn
local gathering = fresh and flags and string.find(flags, 'd') and tonumber(joined) + ARGV[6] - now or 0
if gathering > 0 then return leave(gathering) end

if not held then epoch = math.max((tonumber(epoch) or 0) + 1, now) end
epoch = string.format('%.0f', epoch)
redis.call('HSET', KEYS[1], 'token', ARGV[1], 'epoch', epoch, 'ends', now + ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])

local count = 1
if fresh then
  while count < #lines and id and not string.find(flags, 'o') do
    local _, others, next = string.match(lines[count + 1], '^(%d+) (%S+) (%S*) [^\n]*\n')
    if next ~= author or string.find(others, 'o') then break end
    count = count + 1
  end
  local nonce = string.format('%s%04x.1', string.sub(turn, 1, 16), epoch % 65536)
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[2], 'turn', turn, 'count', count, 'author', author or '', 'began', now, 'stage', 'begun',
    'pending', nonce, 'generation', redis.call('GET', KEYS[5]) or '0')
else
  count = tonumber(redis.call('HGET', KEYS[2], 'count'))
  local before = redis.call('HGET', KEYS[2], 'holder')
  if before and before ~= ARGV[2] then
    redis.call('HINCRBY', KEYS[2], 'deaths', 1)
    redis.call('HSET', KEYS[2], 'dead', before .. ' ' .. (redis.call('HGET', KEYS[2], 'dead') or ''))
  end
end
redis.call('HSET', KEYS[2], 'epoch', epoch, 'holder', ARGV[2])
redis.call('HINCRBY', KEYS[2], 'attempts', 1)
redis.call('EXPIRE', KEYS[2], ARGV[8])

local messages, signs = {}, {}
for i = 1, math.min(count, #lines) do
  messages[i] = lines[i]
  local name = string.match(lines[i], '^%d+ %S+ %S* ([^\n]*)\n')
  if name and redis.call('HEXISTS', KEYS[8], name) == 1 then signs[#signs + 1] = name end
end
local turns = redis.call('ZRANGE', KEYS[7], -ARGV[9], -1)
local past = #turns > 0 and redis.call('HMGET', KEYS[6], unpack(turns)) or {}
return {tonumber(epoch), redis.call('HGETALL', KEYS[2]), messages, past, signs}

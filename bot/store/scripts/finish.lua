-- A turn is settled: drop what it answered; with an empty mailbox leave the index and release the lease, in the same step,
-- so that no message can be stranded between the two.
-- Its journal becomes the record of its answer: what its buttons need. A turn that did something with an earlier answer brings that
-- one's record up to date instead. Where the question was deleted, no record is left.
-- KEYS lease, journal, mailbox, pending, record, signs, then for each message of the turn but the first the mark that it was seen
-- ARGV epoch, lane, turn id, seconds the record lives, milliseconds a free lease's key lives, the turn whose answer it was ("": its own)
-- Returns the number of messages that wait, or -1 when the lease is not ours any more.
local epoch, token = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'token'))
if not token or epoch ~= ARGV[1] then return -1 end

local function record(names, question)
  local fields, values = {}, redis.call('HMGET', KEYS[2], unpack(names))
  for i, name in ipairs(names) do
    if values[i] then fields[#fields + 1] = name; fields[#fields + 1] = values[i] end
  end
  if question ~= '' then fields[#fields + 1] = 'question'; fields[#fields + 1] = question end
  if #fields > 0 then redis.call('HSET', KEYS[5], unpack(fields)) end
  redis.call('EXPIRE', KEYS[5], ARGV[4])
end

local turn, count, dropped, adopted, parts = unpack(redis.call('HMGET', KEYS[2], 'turn', 'count', 'dropped', 'adopted', 'parts'))
if turn and turn == ARGV[3] then
  local question = {}
  for _, line in ipairs(redis.call('LRANGE', KEYS[3], 0, count - 1)) do
    local flags, name, message = string.match(line, '^%d+ (%S+) %S* ([^\n]*)\n(.*)$')
    redis.call('HDEL', KEYS[6], name or '')
    if name and not string.find(flags, 'o') then question[#question + 1] = message end
  end
  redis.call('LTRIM', KEYS[3], count, -1)
  if (ARGV[6] or '') ~= '' then
    if parts and not adopted then redis.call('HSET', KEYS[2], 'posted', redis.call('HGET', KEYS[2], 'began')) end
    if not dropped and redis.call('EXISTS', KEYS[5]) == 1 then record({'parts', 'posted', 'persona', 'model', 'filed', 'question'}, '') end
  elseif not dropped then
    record({'began', 'parts', 'persona', 'model', 'filed'}, table.concat(question, '\n'))
    for i = 7, #KEYS do  -- whoever edits one of these later finds the turn that it became part of
      local seen = redis.call('GET', KEYS[i])
      if seen and not string.find(seen, ' ') then redis.call('SET', KEYS[i], seen .. ' ' .. turn, 'KEEPTTL') end
    end
  end
  redis.call('DEL', KEYS[2])
end
local first = redis.call('LINDEX', KEYS[3], 0)
if first then
  redis.call('ZADD', KEYS[4], string.match(first, '^%d+') or 0, ARGV[2])
  return redis.call('LLEN', KEYS[3])
end
redis.call('ZREM', KEYS[4], ARGV[2])
redis.call('HDEL', KEYS[1], 'token')
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 0

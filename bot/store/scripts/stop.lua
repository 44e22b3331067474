-- Ask the lane's running turn to stop. Whoever runs or continues it honours the field.
-- KEYS journal, mailbox
-- ARGV turn id ("" for whichever runs), turn id that does not count: the one by which the order itself is carried out,
--      author whose turn alone may be stopped ("" for anybody's), why ("" or "steer"),
--      id of a message for which it makes way ("" for none): only while that one waits behind the turn, which may be its own by now
-- Returns the turn's id, or "" when none runs there or it has been answered already.
local turn, outcome, author, count = unpack(redis.call('HMGET', KEYS[1], 'turn', 'outcome', 'author', 'count'))
if not turn or (ARGV[1] ~= '' and turn ~= ARGV[1]) or turn == ARGV[2] or outcome then return '' end
if ARGV[3] ~= '' and author ~= ARGV[3] then return '' end
if (ARGV[5] or '') ~= '' then
  local waits = false
  for _, line in ipairs(redis.call('LRANGE', KEYS[2], count, -1)) do
    waits = waits or string.match(line, '^%d+ %S+ %S* ([^\n]*)\n') == ARGV[5]
  end
  if not waits then return '' end
end
if redis.call('HSETNX', KEYS[1], 'stop', turn) == 1 then redis.call('HSET', KEYS[1], 'why', ARGV[4]) end
return turn

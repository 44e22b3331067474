-- Lend turns of a pool: at most `limit` sends start in any window, whoever sends and whenever.
-- A loan counts from when it is made until a window after its turns can last be used. Its borrower, by asking again, is done with it
-- and says when it used what: each of these turns counts for a window from then on, the others go back. So all that can be sent in
-- one window is counted together when the newest loan with a send in it is made. What a dead or frozen process borrowed ends by itself.
-- A repeated call lends twice, and counts twice what was used: that costs turns and never breaks the limit.
-- KEYS bucket
-- ARGV borrower, turns in a window, milliseconds of the window, turns of it for urgent sends, most, at least, wanted, urgent (1 or 0),
--      how many milliseconds ago the borrower used turns of its last loan, milliseconds that a loan lasts: while there are plenty,
--      and else
-- Returns {turns, milliseconds that they last, milliseconds until asking again makes sense}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, limit, window, reserve = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local most, least, wanted, urgent = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8] == '1'
local ages, long, short = ARGV[9], tonumber(ARGV[10]), tonumber(ARGV[11])
local instant = now + 1 -- the millisecond that has begun

local loans, mine, out, crowd = {}, nil, 0, false
local function count(loan)
  if loan.turns > 0 and loan.ends + window > now then
    table.insert(loans, loan)
    out = out + loan.turns
    crowd = crowd or loan.who ~= me
  end
end
for who, open, turns, ends in (redis.call('HGET', KEYS[1], 'loans') or ''):gmatch('(%S+) (%d) (%d+) (%d+)') do
  local loan = {who = who, open = open == '1', turns = tonumber(turns), ends = tonumber(ends)}
  if who == me and loan.open then
    if mine then count(mine) end -- a loan whose answer was lost
    mine, loan.open, loan.ends = loan, false, math.min(loan.ends, instant)
  else
    count(loan)
  end
end

local run = least
if mine then
  local used = 0
  for age in ages:gmatch('%d+') do
    if used < mine.turns then
      used = used + 1
      count({who = me, open = false, turns = 1, ends = instant - tonumber(age)})
    end
  end
  run = used == mine.turns and 2 * used or used
end

local turns = math.min(most, math.max(least, run, wanted))
if crowd then turns = math.max(least, math.min(wanted, 2 * most, math.max(math.floor(most / 2), math.ceil(wanted / 4)))) end
local ordinary = limit - reserve
local worth = math.min(turns, math.max(1, math.floor(most / 4)), ordinary) -- fewer are not worth a call: they wait till there are more
turns = math.min(turns, ordinary - out)
if turns < worth then turns = (urgent and out < limit) and math.max(1, turns) or 0 end
local lasts = 2 * (out + turns) <= ordinary and long or short

local again = 0
if turns > 0 then
  table.insert(loans, {who = me, open = true, turns = turns, ends = instant + lasts})
else
  table.sort(loans, function(one, other) return one.ends < other.ends end)
  local left, most_out = out, urgent and limit - 1 or ordinary - worth
  for _, loan in ipairs(loans) do
    if left > most_out then again, left = loan.ends + window - now, left - loan.turns end
  end
  again = math.min(again, math.floor(window / 4)) -- others may be done before
end

local stored, last = {}, now
for _, loan in ipairs(loans) do
  table.insert(stored, table.concat({loan.who, loan.open and 1 or 0, loan.turns, string.format('%d', loan.ends)}, ' '))
  last = math.max(last, loan.ends)
end
redis.call('HSET', KEYS[1], 'loans', table.concat(stored, ' '))
redis.call('PEXPIRE', KEYS[1], last + window - now)
return {turns, lasts, again}

-- Lend turns of a bucket. Ordinary turns follow each other at an interval; `next` is the first that nobody has. Beside them
-- stands a reserve for urgent sends; `spare` is when it will be full again. What a dead process borrowed simply passes by.
-- Who is alone gets blocks that double while it goes on sending; where somebody else borrowed lately blocks are small, or a quarter
-- of the demand, so that nobody waits long for another's, and who has more answers to write gets more. Who asks again before anybody
-- else borrowed gets back what it did not use of its last block: without that one late turn would cost a whole one. When ordinary turns are lent far ahead, only urgent borrowers get more of them;
-- the others are each told when it is their turn to ask, one after the other.
-- A repeated call lends twice, which costs time and never breaks a limit.
-- KEYS bucket
-- ARGV borrower, milliseconds between turns, most, at least, wanted, urgent (1 or 0), turns in reserve, milliseconds until one is
--      back, milliseconds of silence after which a block is small again, milliseconds that a borrower is remembered, how many
--      milliseconds ago the borrower used its last ordinary turn (-1: it knows of none)
-- Returns {turns, milliseconds to the first, out of the reserve (1 or 0), milliseconds until asking again makes sense}.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, interval, most, least = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local wanted, urgent, reserve, refill = tonumber(ARGV[5]), ARGV[6] == '1', tonumber(ARGV[7]), tonumber(ARGV[8])
local lull, memory, age = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])

local stored = redis.call('HMGET', KEYS[1], 'next', 'spare', 'who', 'at', 'crowd', 'run', 'whose', 'from')
local ended, who, run, whose, from = tonumber(stored[1]) or 0, stored[3], tonumber(stored[6]) or 0, stored[7], tonumber(stored[8])
local first, spare = math.max(ended, now), math.max(tonumber(stored[2]) or 0, now)
local free = first -- for this borrower. `who` besides: a version before this one writes no `whose`
if who == me and whose == me and wanted > 0 then free = math.max(now, from, math.min(first, age < 0 and now or now - age + interval)) end
local crowd = tonumber(stored[5]) or 0
if who and who ~= me and now - tonumber(stored[4]) < memory then crowd = now + memory end

local function answer(turns, delay, reserved, again)
  redis.call('HSET', KEYS[1], 'next', first, 'spare', spare, 'who', me, 'at', now, 'crowd', crowd, 'run', run)
  redis.call('PEXPIRE', KEYS[1], math.max(first, spare) - now + memory)
  return {turns, delay, reserved, again}
end

local again = 0
if urgent and reserve > 0 and (free > now or wanted == 0) then
  again = spare - (reserve - 1) * refill - now
  if again <= 0 then
    spare = spare + refill
    return answer(1, 0, 1, math.max(spare - (reserve - 1) * refill - now, 0))
  end
end
if wanted == 0 then return answer(0, 0, 0, again) end

local turns
if crowd > now then
  run = least
  turns = math.max(least, math.min(wanted, 2 * most, math.max(math.floor(most / 2), math.ceil(wanted / 4))))
else
  run = (who == me and now <= ended + lull) and math.min(most, 2 * run) or least
  turns = math.min(most, math.max(run, wanted))
end
if not urgent and crowd > now then
  local ahead, mine = first - now, 'at:' .. me
  local appointed = tonumber(redis.call('HGET', KEYS[1], mine))
  if not appointed then
    local free = math.max(first - 2 * most * interval, tonumber(redis.call('HGET', KEYS[1], 'booked')) or 0)
    if free > now and ahead > most * interval then
      appointed = free
      redis.call('HSET', KEYS[1], mine, appointed, 'booked', free + turns * interval)
    end
  end
  if appointed and appointed > now then return answer(0, 0, 0, appointed - now) end
  if appointed then redis.call('HDEL', KEYS[1], mine) end
end
local delay = free - now
redis.call('HSET', KEYS[1], 'whose', me, 'from', free)
first = free + turns * interval
return answer(turns, delay, 0, again)

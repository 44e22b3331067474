-- An event that leaves no message behind: only the duplicate check.
-- KEYS seen   ARGV seconds `seen` lives
-- Returns 1 the first time, else 0.
return redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) and 1 or 0

-- Puts a value at the end of a list, which never stands without an end of its own.
-- KEYS: list   ARGV: value, milliseconds that the list lives from now on
redis.call('RPUSH', KEYS[1], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1

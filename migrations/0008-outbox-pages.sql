-- Messages of a channel by the time of their next attempt, and those that failed.
CREATE INDEX messages_due ON messages (channel, next_at) WHERE ended_at IS NULL;
CREATE INDEX messages_failed ON messages (seq) WHERE last_error IS NOT NULL AND state IN ('pending', 'dead');

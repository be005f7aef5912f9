-- Messages of a channel by the time of their next attempt, and those that failed.
CREATE INDEX message_due ON message (channel, next_at) WHERE ended_at IS NULL;
CREATE INDEX message_failed ON message (seq) WHERE last_error IS NOT NULL AND state IN ('pending', 'dead');

-- Incidents are shown newest first; an import adds older ones under higher ids.
CREATE INDEX incidents_opened ON incidents (opened_at);

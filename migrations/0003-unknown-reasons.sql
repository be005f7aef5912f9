-- Unknown time says why: reasons from 100 on stand only here, never with a result. Where an earlier release left none,
-- the gaps say what was not watched (100), and before anything was proved there was nothing yet (102). The others stay null.
UPDATE states SET reason = 100
WHERE state = 3 AND reason IS NULL
  AND EXISTS (SELECT 1 FROM gaps WHERE gaps.model = states.model AND gaps.slot = states.starts);

UPDATE states SET reason = 102
WHERE state = 3 AND reason IS NULL
  AND starts = (SELECT first_seen FROM models WHERE models.key = states.model);

-- Which SQL statement a call ran, by the fingerprint of its shape: 1 for none, 0 in rows written before, which do not
-- tell.
ALTER TABLE spans ADD COLUMN IF NOT EXISTS statement UInt64 DEFAULT 0 CODEC(ZSTD(1))

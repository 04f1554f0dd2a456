-- How far from a minute the traces that have documents in it have others: a search or a graph of some
-- minutes knows from it where else to look, and need not ask that of each trace.
--
-- Seconds before and after, as far as ten minutes; minutes that are farther away are listed. Rows of before do not know
-- it, so their minutes are computed again; 'too far' are those whose list would be too long.
ALTER TABLE trace_starts ADD COLUMN IF NOT EXISTS reach Enum8('unknown' = 0, 'known' = 1, 'too far' = 2) CODEC(ZSTD(1));
ALTER TABLE trace_starts ADD COLUMN IF NOT EXISTS reach_before UInt32 CODEC(ZSTD(1));
ALTER TABLE trace_starts ADD COLUMN IF NOT EXISTS reach_after UInt32 CODEC(ZSTD(1));
ALTER TABLE trace_starts ADD COLUMN IF NOT EXISTS reach_far Array(DateTime('UTC')) CODEC(ZSTD(1))

-- Merged graphs of ten minutes and of hours stand in the tables of the minutes, under groupings of their
-- own ('#600 ' and '#3600 ' before that of the minutes), so that a long range has few rows to sum. They hold for
-- as long as their minutes have the versions they were made from.
--
-- `merged` is the sum of those versions, modulo 2^64; 0 for what is no merge.
ALTER TABLE graph_minutes ADD COLUMN IF NOT EXISTS merged UInt64 CODEC(ZSTD(1))

-- When the traces of a minute start: what a search has looked at is counted from it. Made and replaced
-- with the graph of the minute, of all traces, and after it; a minute without a row has not been computed, or never
-- had a trace.
--
-- `starts` are nanoseconds since 1970, ascending. Small granules: two minutes of a range are read whole,
-- of the others only the lengths.
CREATE TABLE IF NOT EXISTS trace_starts
(
    day     Date,
    minute  DateTime('UTC') CODEC(Delta, ZSTD(1)),
    version UInt64 CODEC(ZSTD(1)),
    starts  Array(Int64) CODEC(Delta(8), ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY day
ORDER BY minute
SETTINGS index_granularity = 16, fsync_after_insert = 1, fsync_part_directory = 1

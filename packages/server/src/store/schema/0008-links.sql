-- Which messages of other traces started a segment: the trace and the entity that sent each, of links
-- with the reference type `parent`. Both lists have the same length.
ALTER TABLE spans ADD COLUMN IF NOT EXISTS link_traces Array(FixedString(16)) CODEC(ZSTD(1));
ALTER TABLE spans ADD COLUMN IF NOT EXISTS link_ids Array(UInt64) CODEC(ZSTD(1));

-- To which traces the segments of a computed minute link: it changes with them.
CREATE TABLE IF NOT EXISTS graph_links
(
    day      Date,
    trace_id FixedString(16) CODEC(ZSTD(1)),
    minute   DateTime('UTC') CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (trace_id, minute)
SETTINGS index_granularity = 1024, fsync_after_insert = 1, fsync_part_directory = 1

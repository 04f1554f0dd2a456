-- In which minutes a trace has documents: leads from an id to the few granules that hold it.
CREATE TABLE IF NOT EXISTS trace_minutes
(
    trace_id FixedString(16) CODEC(ZSTD(1)),
    minute   DateTime('UTC') CODEC(ZSTD(1)),
    day      Date CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY day
ORDER BY (trace_id, minute)
SETTINGS index_granularity = 1024,
         non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1

-- What StartTraceRetrieval was asked for. A cancelled one is a second row of its id. Rows go with the day
-- they were made on, as traces do.
CREATE TABLE IF NOT EXISTS trace_retrievals
(
    -- 32 hexadecimal digits by chance.
    id         String,
    created    DateTime64(9, 'UTC'),
    cancelled  Bool,
    range_from DateTime64(9, 'UTC'),
    range_to   DateTime64(9, 'UTC'),
    trace_ids  Array(FixedString(16))
)
ENGINE = ReplacingMergeTree(cancelled)
PARTITION BY toYYYYMMDD(created)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1

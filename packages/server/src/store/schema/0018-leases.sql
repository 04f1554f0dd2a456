-- Which of several servers does work that one is enough for, such as roll-ups. A holder says again and again until when
-- it holds; the newest row of a holder counts, and of the holders whose time has not run out the one that
-- began first. Milliseconds since 1970 by the engine's clock.
CREATE TABLE IF NOT EXISTS leases
(
    name    LowCardinality(String),
    holder  String,
    since   Int64,
    until   Int64,
    written Int64
)
ENGINE = ReplacingMergeTree(written)
PARTITION BY toYYYYMMDD(fromUnixTimestamp64Milli(written, 'UTC'))
ORDER BY (name, holder)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1

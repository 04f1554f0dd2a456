-- What people set: groups, sampling rules, policies and the like, kept until they take it away. A change
-- is a new version of its key; a removed key stays as a mark, so that others learn of the removal.
CREATE TABLE IF NOT EXISTS settings
(
    account  LowCardinality(String),
    region   LowCardinality(String),
    kind     LowCardinality(String),
    key      String,
    -- Nanoseconds since 1970 of the change by the writer's clock, made to grow with every change.
    version  UInt64,
    deleted  Bool,
    -- JSON.
    document String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (account, region, kind, key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1

-- Every state of every insight: what it said from `updated` on, until the next one. The newest row of an
-- id is the insight; the rows with `event` are its history. Rows are never changed, and the same one
-- written again counts once. Kept as long as traces are, from the last update on.
CREATE TABLE IF NOT EXISTS insights
(
    id                 String,
    updated            DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    -- Worth an entry in the history; else only numbers were brought up to date.
    event              Bool,
    group_arn          LowCardinality(String),
    group_name         LowCardinality(String),
    state              Enum8('active' = 0, 'closed' = 1),
    start              DateTime64(9, 'UTC'),
    -- 1970 while active.
    end                DateTime64(9, 'UTC'),
    summary            String CODEC(ZSTD(1)),
    -- '' where the model has undefined.
    cause_name         LowCardinality(String),
    cause_type         LowCardinality(String),
    cause_account      LowCardinality(String),
    client_fault       UInt64 CODEC(ZSTD(1)),
    client_ok          UInt64 CODEC(ZSTD(1)),
    client_total       UInt64 CODEC(ZSTD(1)),
    cause_fault        UInt64 CODEC(ZSTD(1)),
    cause_ok           UInt64 CODEC(ZSTD(1)),
    cause_total        UInt64 CODEC(ZSTD(1)),
    -- Of the same length: the services whose faults were unexpected, worst first.
    anomalous_names    Array(String) CODEC(ZSTD(1)),
    anomalous_types    Array(String) CODEC(ZSTD(1)),
    anomalous_accounts Array(String) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(updated)
ORDER BY (id, updated)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1

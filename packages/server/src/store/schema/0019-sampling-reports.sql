-- What clients reported of sampling rules to each of several servers, and what they were granted, so that all share
-- one reservoir. Good for some minutes; days go with retention.
CREATE TABLE IF NOT EXISTS sampling_reports
(
    -- When the engine took the row: others look for it by this.
    inserted  DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta, ZSTD(1)),
    -- Who was told.
    server    String CODEC(ZSTD(1)),
    at        DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    rule      LowCardinality(String),
    -- '' in reports of anomalies, which are not told apart by client.
    client    String CODEC(ZSTD(1)),
    requests  UInt64 CODEC(ZSTD(1)),
    sampled   UInt64 CODEC(ZSTD(1)),
    borrowed  UInt64 CODEC(ZSTD(1)),
    -- Requests a second granted, until then.
    quota     UInt64 CODEC(ZSTD(1)),
    quota_end DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    -- Of all root requests that a rule boosts for, and those of them with anomalies.
    total     UInt64 CODEC(ZSTD(1)),
    anomalies UInt64 CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(inserted)
ORDER BY inserted
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1

-- What was sent, whole: one row a document.
--
-- Measured on 40,000 documents of 1,550 bytes (20 services, random ids), bytes a row on disk and CPU a
-- row inserted: ZSTD(1) 170 B and 4.5 us, ZSTD(3) 177 B and 5.5 us, ZSTD(9) 156 B and some 20 us. A granule
-- of 256 rows costs 2 B a row more than one of 512, and half the bytes to unpack for a trace.
CREATE TABLE IF NOT EXISTS documents
(
    received DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    -- When the engine took the row: what has changed since a roll-up is found by it.
    inserted DateTime64(3, 'UTC') DEFAULT now64(3) CODEC(Delta, ZSTD(1)),
    minute   DateTime('UTC') CODEC(Delta, ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    id       UInt64 CODEC(ZSTD(1)),
    account  LowCardinality(String) CODEC(ZSTD(1)),
    region   LowCardinality(String) CODEC(ZSTD(1)),
    document String CODEC(ZSTD(1)),
    INDEX by_received received TYPE minmax GRANULARITY 1,
    INDEX by_inserted inserted TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(received)
ORDER BY (minute, trace_id, id)
SETTINGS index_granularity = 256,
         non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1

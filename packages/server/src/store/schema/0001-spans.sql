-- One row a segment and a subsegment: the source of truth of every set, count and graph.
--
-- `minute` is the minute in which the top entity of the document starts (its receipt, where that start
-- is not after 1970), so the rows of one document stay together. Partitions go by the day of receipt,
-- because retention counts from receipt and a hostile start time must not make partitions.
-- An insert is on the medium when it is answered (fsync), and the same token adds nothing within the
-- last 1000 inserts of a partition. Parts made by merges are not synced: the engine keeps the parts they
-- came from for another eight minutes.
CREATE TABLE IF NOT EXISTS spans
(
    received           DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    minute             DateTime('UTC') CODEC(Delta, ZSTD(1)),
    trace_id           FixedString(16) CODEC(ZSTD(1)),
    id                 UInt64 CODEC(ZSTD(1)),
    -- 0 for none
    parent_id          UInt64 CODEC(ZSTD(1)),
    -- The top entity of the document this one came in; equal to `id` for that entity itself.
    document_id        UInt64 CODEC(ZSTD(1)),
    kind               Enum8('segment' = 1, 'subsegment' = 2),
    in_progress        Bool,
    start              DateTime64(9, 'UTC') CODEC(Delta, ZSTD(1)),
    -- Nanoseconds; 0 while in progress, negative where a document ends before it starts.
    duration           Int64 CODEC(ZSTD(1)),
    account            LowCardinality(String),
    region             LowCardinality(String),
    name               LowCardinality(String),
    origin             LowCardinality(String),
    namespace          LowCardinality(String),
    fault              Bool,
    error              Bool,
    throttle           Bool,
    http_method        LowCardinality(String),
    http_url           String CODEC(ZSTD(1)),
    http_status        UInt16,
    http_user_agent    LowCardinality(String),
    http_client_ip     String CODEC(ZSTD(1)),
    user               String CODEC(ZSTD(1)),
    resource_arn       LowCardinality(String),
    instance_id        LowCardinality(String),
    availability_zone  LowCardinality(String),
    operation          LowCardinality(String),
    -- The node that stands for what a call calls, as long as that reports nothing itself; '' for anything else.
    callee_name        LowCardinality(String),
    callee_type        LowCardinality(String),
    -- `aws.account_id`: of the code, or of the resource that is called.
    aws_account        LowCardinality(String),
    annotation_strings Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    annotation_numbers Map(LowCardinality(String), Float64) CODEC(ZSTD(1)),
    annotation_bools   Map(LowCardinality(String), Bool) CODEC(ZSTD(1)),
    INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_start start TYPE minmax GRANULARITY 1,
    INDEX by_received received TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(received)
ORDER BY (minute, trace_id, id)
SETTINGS non_replicated_deduplication_window = 1000, fsync_after_insert = 1, fsync_part_directory = 1

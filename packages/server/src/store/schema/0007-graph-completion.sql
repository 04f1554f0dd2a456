-- The roll-ups of 0004 once more, with two more things to tell rows apart. They are made from `spans`
-- again: minutes without a version are found and computed.
--
-- `grouping` is '' for all traces, else it stands for the filter expression of groups: a row then sums
-- only those of the minute's traces that match it.
-- `minute` is that in which a trace starts, `completed` that in which the requests of the row ended
-- (1970 where that is not known, and for what is no request): a graph sums over both, a time
-- series goes by `completed`.
DROP TABLE IF EXISTS graph_nodes;
DROP TABLE IF EXISTS graph_edges;
DROP TABLE IF EXISTS graph_minutes;

CREATE TABLE IF NOT EXISTS graph_nodes
(
    day             Date,
    grouping        LowCardinality(String),
    minute          DateTime('UTC') CODEC(Delta, ZSTD(1)),
    completed       DateTime('UTC') CODEC(Delta, ZSTD(1)),
    version         UInt64 CODEC(ZSTD(1)),
    name            LowCardinality(String),
    type            LowCardinality(String),
    account         LowCardinality(String),
    state           Enum8('passive' = 0, 'unknown' = 1, 'active' = 2),
    root            Bool,
    ok              UInt64 CODEC(ZSTD(1)),
    error           UInt64 CODEC(ZSTD(1)),
    throttle        UInt64 CODEC(ZSTD(1)),
    fault           UInt64 CODEC(ZSTD(1)),
    total_nanos     UInt64 CODEC(ZSTD(1)),
    -- Histograms: whole milliseconds, ascending, and how many requests took them.
    response_millis Array(UInt32) CODEC(ZSTD(1)),
    response_counts Array(UInt64) CODEC(ZSTD(1)),
    duration_millis Array(UInt32) CODEC(ZSTD(1)),
    duration_counts Array(UInt64) CODEC(ZSTD(1)),
    -- Nanoseconds since 1970.
    first_trace     Int64 CODEC(ZSTD(1)),
    last_trace      Int64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY day
ORDER BY (grouping, minute, completed, name, type, account)
SETTINGS index_granularity = 256, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS graph_edges
(
    day             Date,
    grouping        LowCardinality(String),
    minute          DateTime('UTC') CODEC(Delta, ZSTD(1)),
    completed       DateTime('UTC') CODEC(Delta, ZSTD(1)),
    version         UInt64 CODEC(ZSTD(1)),
    from_name       LowCardinality(String),
    from_type       LowCardinality(String),
    from_account    LowCardinality(String),
    to_name         LowCardinality(String),
    to_type         LowCardinality(String),
    to_account      LowCardinality(String),
    edge_type       Enum8('call' = 0, 'link' = 1),
    ok              UInt64 CODEC(ZSTD(1)),
    error           UInt64 CODEC(ZSTD(1)),
    throttle        UInt64 CODEC(ZSTD(1)),
    fault           UInt64 CODEC(ZSTD(1)),
    total_nanos     UInt64 CODEC(ZSTD(1)),
    response_millis Array(UInt32) CODEC(ZSTD(1)),
    response_counts Array(UInt64) CODEC(ZSTD(1)),
    age_millis      Array(UInt32) CODEC(ZSTD(1)),
    age_counts      Array(UInt64) CODEC(ZSTD(1)),
    -- Names and types of the same length: how callers name a callee that reports by itself.
    alias_names     Array(String) CODEC(ZSTD(1)),
    alias_types     Array(String) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY day
ORDER BY (grouping, minute, completed, from_name, from_type, from_account, to_name, to_type, to_account, edge_type)
SETTINGS index_granularity = 256, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS graph_minutes
(
    day             Date,
    grouping        LowCardinality(String),
    minute          DateTime('UTC') CODEC(Delta, ZSTD(1)),
    -- Grows with `covered`.
    version         UInt64 CODEC(ZSTD(1)),
    -- Milliseconds since 1970, engine's clock: rows visible before are in the version.
    covered         Int64 CODEC(Delta, ZSTD(1)),
    -- Day of the earliest receipt among the rows the version may have been made from.
    oldest          Date,
    -- Nodes and edges left out for want of room.
    omitted         UInt64 CODEC(ZSTD(1)),
    -- The earliest and the latest `completed` of the version; 1970 for none.
    first_completed DateTime('UTC') CODEC(Delta, ZSTD(1)),
    last_completed  DateTime('UTC') CODEC(Delta, ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY day
ORDER BY (grouping, minute)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1

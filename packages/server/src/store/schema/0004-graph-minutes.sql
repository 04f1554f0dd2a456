-- Service graphs of whole minutes, made from `spans` and good for nothing but speed: each can be made
-- again. A minute holds the traces that start in it. It is computed whole, under a new version; nodes
-- and edges are written first, and the row in `graph_minutes` makes the version the one that is read.
--
-- `day` is the day of computation: a version is dropped when all it was made from is gone, and never
-- before a newer one. What holds rows that were dropped since is found by `oldest`, and computed again.
CREATE TABLE IF NOT EXISTS graph_nodes
(
    day             Date,
    minute          DateTime('UTC') CODEC(Delta, ZSTD(1)),
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
ORDER BY (minute, name, type, account)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS graph_edges
(
    day             Date,
    minute          DateTime('UTC') CODEC(Delta, ZSTD(1)),
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
ORDER BY (minute, from_name, from_type, from_account, to_name, to_type, to_account, edge_type)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS graph_minutes
(
    day     Date,
    minute  DateTime('UTC') CODEC(Delta, ZSTD(1)),
    -- Grows with `covered`.
    version UInt64 CODEC(ZSTD(1)),
    -- Milliseconds since 1970, engine's clock: rows visible before are in the version.
    covered Int64 CODEC(Delta, ZSTD(1)),
    -- Day of the earliest receipt among the rows the version may have been made from.
    oldest  Date,
    -- Nodes and edges left out for want of room.
    omitted UInt64 CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY day
ORDER BY minute
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- How far every document's minutes have a version: where the search for changes goes on after a restart.
CREATE TABLE IF NOT EXISTS graph_progress
(
    one     UInt8,
    -- Milliseconds since 1970, engine's clock.
    covered UInt64
)
ENGINE = ReplacingMergeTree(covered)
ORDER BY one
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

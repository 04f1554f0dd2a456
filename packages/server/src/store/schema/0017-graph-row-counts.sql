-- How many nodes and edges a version has. The engine drops those of an older version while the newer one is being
-- written, so who reads a version counts what it got. -1 in versions written before.
ALTER TABLE graph_minutes ADD COLUMN IF NOT EXISTS node_rows Int64 DEFAULT -1 CODEC(ZSTD(1));
ALTER TABLE graph_minutes ADD COLUMN IF NOT EXISTS edge_rows Int64 DEFAULT -1 CODEC(ZSTD(1))

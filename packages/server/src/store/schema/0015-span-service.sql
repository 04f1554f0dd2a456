-- `service.name` of the resource of what was sent as a span: searches for it need not read the traces that other
-- services have. '' where there is none, and for segments, which have their service as their name. '?' in rows
-- that tell neither this nor all attributes: those written before, and those of senders that list what they index.
ALTER TABLE spans ADD COLUMN IF NOT EXISTS service LowCardinality(String) DEFAULT '?' CODEC(ZSTD(1))

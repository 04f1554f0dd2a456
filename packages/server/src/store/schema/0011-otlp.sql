-- What a document is: the JSON of a segment or subsegment, or the TracesData message (opentelemetry-proto,
-- trace v1) of all that one request brought of one trace. The `id` of the latter is that of its first span,
-- its `minute` the earliest in which one of them starts; the rows in `spans` each have their own.
ALTER TABLE documents ADD COLUMN IF NOT EXISTS format Enum8('segment' = 0, 'otlp' = 1) DEFAULT 'segment' CODEC(ZSTD(1))

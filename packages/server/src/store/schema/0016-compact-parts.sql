-- What has just been inserted is merged again within seconds: parts of up to some 400,000 spans stay in one file
-- of all columns, which costs a quarter less CPU than a file a column (docs/performance.md, "OTLP ingest").
ALTER TABLE spans MODIFY SETTING min_bytes_for_wide_part = 134217728;
ALTER TABLE documents MODIFY SETTING min_bytes_for_wide_part = 134217728

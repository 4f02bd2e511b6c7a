-- Volumes are listed by their number, and looked up by it.
create index matter_volume on matter (json_extract(fields, '$.volume'), id) where flow = 'volume';

-- Statements by the hash of the entry that they are over: the third of their fields.
create index seal_hash on seal (json_extract(body, '$[2]'));
create index receipt_hash on receipt (json_extract(body, '$[2]'));

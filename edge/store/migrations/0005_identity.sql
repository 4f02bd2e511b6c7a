-- Statements by the hash of the entry that they are over: the third of their fields. Admission lets
-- only statements in; a row that is none must still not break every later write.
create index seal_hash on seal (case when json_valid(body) then json_extract(body, '$[2]') end);
create index receipt_hash on receipt (case when json_valid(body) then json_extract(body, '$[2]') end);

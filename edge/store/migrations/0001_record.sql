-- The record: append-only, replicated by cr-sqlite, the same in every space.

-- One act each. id: UUIDv7. head: canonical JSON without the data. data: canonical JSON, empty
-- only after lawful destruction.
create table entry (id blob not null primary key, head text, data text);
select crsql_as_crr('main', 'entry');

-- A box's signature over the head of its own chain. id: first 16 bytes of SHA-256 of
-- what is stated.
create table seal (id blob not null primary key, body text);
select crsql_as_crr('main', 'seal');

-- The hub's signature over a head that it holds durably. id as for seals.
create table receipt (id blob not null primary key, body text);
select crsql_as_crr('main', 'receipt');

-- How a box is: last writer wins, each box writes its own row only.
create table box_status (box text not null primary key, body text);
select crsql_as_crr('main', 'box_status');

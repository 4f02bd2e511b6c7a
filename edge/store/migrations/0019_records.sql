-- What pages of dossiers state, each with its page; the note's id is its entry's. material: empty
-- where the page was seen on paper alone. altered: the page bears traces of an alteration.
create table record_note (
    entry text primary key, person text not null, field text not null, value text not null,
    words text not null, dossier text not null, material text not null, title text not null,
    category text not null, page integer not null, formed_on text not null,
    altered integer not null, at integer not null, by text not null
) without rowid;
create index record_note_person on record_note (person, field);
create table record_struck (
    entry text primary key, note text not null, reason text not null, at integer not null,
    by text not null
) without rowid;
create index record_struck_note on record_struck (note);

-- Proofs revoked; instead: the proof issued in its place.
create table proof_end (
    entry text primary key, proof text not null, reason text not null, instead text not null,
    at integer not null, by text not null
) without rowid;
create index proof_end_proof on proof_end (proof);
alter table proof add column replaces text not null default '';
alter table proof add column matter text not null default '';
create index proof_matter on proof (matter) where matter <> '';

-- status: how the person stands to work, such as 退休; household: 户籍.
alter table person add column status text not null default '';
alter table person add column party_place text not null default '';
alter table person add column household text not null default '';
-- secrecy: empty for none; who may open such a dossier is told by a role of its own.
alter table dossier add column secrecy text not null default '';
-- Looks of readers who were let in by a matter, page by page.
alter table view add column matter text not null default '';
alter table view add column page integer not null default 0;
create index view_matter on view (matter) where matter <> '';

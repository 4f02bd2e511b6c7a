-- What dossiers lack, judged by the county's rules and so of this machine alone. A dossier is judged
-- anew when entries arrive that it is judged by, or the rules change.
-- what: `missing` for a material, `unsaid` for what the record leaves out.
create table lack (
    what text, name text, number text, dossier text, primary key (what, name, number, dossier)
) without rowid;
-- Every dossier that is here and judged; missing, unsaid: JSON of names.
create table lack_judged (
    dossier text primary key, number text not null, missing text not null, unsaid text not null
) without rowid;
-- what besides: `here` and `whole`, without a name.
create table lack_count (
    what text, name text, count integer not null, primary key (what, name)
) without rowid;
create table lack_stale (dossier text primary key) without rowid;
-- The digest of the rules by which all were judged; one row, or none before the first judging.
create table lack_rules (digest text not null);

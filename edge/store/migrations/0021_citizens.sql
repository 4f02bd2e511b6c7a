-- What citizens confirmed on the screen that faces them; stated: JSON of what they saw.
create table confirmation (
    entry text primary key, subject text not null, what text not null, stated text not null,
    at integer not null, by text not null
) without rowid;
create index confirmation_subject on confirmation (subject);

-- The screens that face citizens, let in once by a code; of this machine alone.
-- id: SHA-256 of the secret that the browser keeps. mode: second, self or turned.
create table citizen_screen (
    id text primary key, mode text not null, at integer not null, by text not null
) without rowid;

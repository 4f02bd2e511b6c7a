-- What belongs to this machine alone and is never replicated.

-- Who this database is to its peers; one row. epoch changes when the identity does.
create table identity (epoch text not null, created integer not null);

-- Files held here: an index of the blob folder, remade from it by `rebuild`.
create table held (digest blob primary key, bytes integer not null) without rowid;

-- Work begun and not yet filed, by clerk and task; survives lock, crash and change of page.
create table draft (
    clerk text, task text, body text not null, at integer not null, primary key (clerk, task)
) without rowid;

-- Running numbers; a number once taken is never given again.
create table counter (name text primary key, last integer not null) without rowid;

-- Failed sign-ins, so that a restart does not reset the count.
create table attempt (login text primary key, failures integer not null, at integer not null)
    without rowid;

-- Raw readings of the storage room; the hour's summary is an entry.
create table climate_reading (
    room text, sensor text, at integer, temperature real, humidity real, fault text not null,
    primary key (room, sensor, at)
) without rowid;

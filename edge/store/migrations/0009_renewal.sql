-- When this database was found to have been set back in time and became another to its peers.
create table renewal (epoch text primary key, at integer not null) without rowid;

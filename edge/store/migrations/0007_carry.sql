-- What this machine knows of its sticks; never replicated.

-- What a peer said last, on a stick, of its own epoch and of how far it has taken `epoch` of ours.
create table carry_ack (
    peer text primary key, peer_epoch text not null, epoch text not null, upto integer not null,
    hash text not null, at integer not null
) without rowid;

-- One stick for one receiver. name: as in the manifest. last: number of the newest part.
create table carry_parcel (
    id integer primary key, name text not null unique, receiver text not null, key blob not null,
    last integer not null default 0
);

-- Parts that stand whole on the stick. kind: segment, held, wanted, files. digest: of the part.
-- suspect: the receiver still lacks something in it; to be read again before it is relied upon.
create table carry_part (
    parcel integer, number integer, kind text not null, size integer not null,
    digest text not null, suspect integer not null default 0, primary key (parcel, number)
) without rowid;

-- Files in those parts that the receiver has not confirmed.
create table carry_loaded (
    parcel integer, digest blob, part integer not null, primary key (parcel, digest)
) without rowid;
create index carry_loaded_part on carry_loaded (parcel, part);

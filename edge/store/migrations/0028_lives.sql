-- The epochs in which a peer has spoken. alive: the version here when it was found to be alive after
-- all the others had spoken. again: how often that was no beginning, since the newest began.
create table life (
    peer text, epoch text, alive integer not null, again integer not null,
    primary key (peer, epoch)
) without rowid;

-- Peers that are two machines with one key: since when they have spoken by turns, and when last.
create table twin (peer text primary key, since integer not null, last integer not null)
    without rowid;

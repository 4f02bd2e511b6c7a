-- What this machine knows of its exchanges with peers; never replicated.

-- How far each peer's record has been taken in: upto is a db_version of the sender's, hash that of
-- the last segment. Moves in the same transaction as the last merge.
create table cursor (
    sender text, epoch text, upto integer not null, hash text not null, at integer not null,
    primary key (sender, epoch)
) without rowid;

-- Every segment shipped, written before it leaves: a peer that shows a hash not listed here proves
-- that this database was set back to an earlier state.
create table export_log (
    receiver text, upto integer, hash text, at integer not null,
    primary key (receiver, upto, hash)
) without rowid;

-- Which of our db_versions came from whose segments, so that they are not sent back.
create table applied (
    first integer primary key, last integer not null, sender text not null, epoch text not null
);
create index applied_sender on applied (sender, epoch, last);

-- Segments refused; the cursor waits until the sender offers a good one.
create table quarantine (
    hash text primary key, sender text not null, reason text not null, fields text not null,
    at integer not null, file text not null, resolved integer not null default 0
) without rowid;

-- How far the hub has signed for each box's chain: the newest of the receipts held.
create table possession (
    box text primary key, n integer not null, hash text not null, at integer not null
) without rowid;

-- When an exchange with a peer last ended well.
create table contact (peer text primary key, at integer not null) without rowid;

-- Files that a peer has confirmed to hold.
create table blob_delivered (peer text, digest blob, primary key (peer, digest)) without rowid;

-- Files that another town's hub store holds and that a transfer has entitled this space to.
create table routed_blob (digest blob primary key, origin text not null) without rowid;

-- Enrolment at the hub. state: open, pending, admitted.
create table ticket (
    id text primary key, town text not null, secret blob not null, expires integer not null,
    automatic integer not null, state text not null, box text not null, name text not null,
    public_key text not null, seal text not null
) without rowid;

-- Chains are read by number: verification, admission, what has not been sent yet.
create index history_box on history (box, n);

-- Which files are wanted and which are owed, kept by triggers: with millions of pages nobody may
-- have to walk them all to know what is next or how much is left.

-- The peer to which files are owed; the hub owes none and has no row.
create table upstream (peer text primary key) without rowid;

-- Named by entries, not held here; in the order of urgency.
create table file_missing (
    class integer, digest blob, primary key (class, digest)
) without rowid;

-- Named, held here, not confirmed upstream; in the order of urgency.
create table file_unsent (
    class integer, digest blob, bytes integer not null, primary key (class, digest)
) without rowid;

create table file_tally (
    class integer primary key, named integer not null default 0, held integer not null default 0,
    held_bytes integer not null default 0, unsent integer not null default 0,
    unsent_bytes integer not null default 0
);
insert into file_tally (class) values (0), (1), (2);
update file_tally set named = (select count(*) from blob b where b.class = file_tally.class);
update file_tally set (held, held_bytes) = (
    select count(*), coalesce(sum(h.bytes), 0) from blob b join held h on h.digest = b.digest
    where b.class = file_tally.class
);
insert into file_missing
    select class, digest from blob where digest not in (select digest from held);

create trigger blob_named after insert on blob begin
    update file_tally set named = named + 1 where class = new.class;
    update file_tally set held = held + 1, held_bytes = held_bytes + h.bytes
        from held h where h.digest = new.digest and file_tally.class = new.class;
    insert into file_missing select new.class, new.digest
        where not exists (select 1 from held where digest = new.digest);
    insert into file_unsent select new.class, new.digest, h.bytes
        from held h join upstream u on not exists
            (select 1 from blob_delivered d where d.peer = u.peer and d.digest = new.digest)
        where h.digest = new.digest;
end;

create trigger blob_unnamed after delete on blob begin
    update file_tally set named = named - 1 where class = old.class;
    update file_tally set held = held - 1, held_bytes = held_bytes - h.bytes
        from held h where h.digest = old.digest and file_tally.class = old.class;
    delete from file_missing where class = old.class and digest = old.digest;
    delete from file_unsent where class = old.class and digest = old.digest;
end;

create trigger blob_more_urgent after update of class on blob when old.class <> new.class begin
    update file_tally set named = named - 1 where class = old.class;
    update file_tally set named = named + 1 where class = new.class;
    update file_tally set held = held - 1, held_bytes = held_bytes - h.bytes
        from held h where h.digest = new.digest and file_tally.class = old.class;
    update file_tally set held = held + 1, held_bytes = held_bytes + h.bytes
        from held h where h.digest = new.digest and file_tally.class = new.class;
    update file_missing set class = new.class where class = old.class and digest = new.digest;
    insert into file_unsent select new.class, digest, bytes from file_unsent
        where class = old.class and digest = new.digest;
    delete from file_unsent where class = old.class and digest = new.digest;
end;

create trigger held_added after insert on held begin
    update file_tally set held = held + 1, held_bytes = held_bytes + new.bytes
        where class = (select class from blob where digest = new.digest);
    delete from file_missing where digest = new.digest
        and class = (select class from blob where digest = new.digest);
    insert into file_unsent select b.class, new.digest, new.bytes
        from blob b join upstream u on not exists
            (select 1 from blob_delivered d where d.peer = u.peer and d.digest = new.digest)
        where b.digest = new.digest;
end;

create trigger held_removed after delete on held begin
    update file_tally set held = held - 1, held_bytes = held_bytes - old.bytes
        where class = (select class from blob where digest = old.digest);
    insert into file_missing select class, digest from blob where digest = old.digest;
    delete from file_unsent where digest = old.digest
        and class = (select class from blob where digest = old.digest);
end;

create trigger blob_delivered_added after insert on blob_delivered
when exists (select 1 from upstream where peer = new.peer) begin
    delete from file_unsent where digest = new.digest
        and class = (select class from blob where digest = new.digest);
end;

create trigger file_unsent_added after insert on file_unsent begin
    update file_tally set unsent = unsent + 1, unsent_bytes = unsent_bytes + new.bytes
        where class = new.class;
end;

create trigger file_unsent_removed after delete on file_unsent begin
    update file_tally set unsent = unsent - 1, unsent_bytes = unsent_bytes - old.bytes
        where class = old.class;
end;

-- A ticket may say which box the new one takes the place of.
alter table ticket add column replaces text not null default '';

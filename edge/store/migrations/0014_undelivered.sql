-- A peer that has lost a file is owed it again, and the tallies say so.
create trigger blob_delivered_removed after delete on blob_delivered
when exists (select 1 from upstream where peer = old.peer) begin
    insert into file_unsent select b.class, old.digest, h.bytes
        from blob b join held h on h.digest = b.digest where b.digest = old.digest;
end;

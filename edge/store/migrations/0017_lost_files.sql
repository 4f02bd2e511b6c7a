-- Files that were held here and were found damaged or gone, until one comes again: peers that think
-- them delivered are told.
create table lost_file (digest blob primary key) without rowid;

create trigger held_found after insert on held begin
    delete from lost_file where digest = new.digest;
end;

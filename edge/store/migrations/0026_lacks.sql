-- What dossiers lack, judged by the county's rules and so of this machine alone. A dossier is judged
-- anew when what is judged of it changes, as the triggers note, or the rules do.
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

-- Not `insert or ignore`: within an upsert that is taken for an insert that fails.
create trigger lack_material after insert on material begin
    insert into lack_stale select new.dossier
        where new.dossier not in (select dossier from lack_stale);
end;
create trigger lack_material_changed after update of dossier, title, category on material
    when (old.dossier, old.title, old.category) <> (new.dossier, new.title, new.category) begin
    insert into lack_stale select old.dossier
        where old.dossier not in (select dossier from lack_stale);
    insert into lack_stale select new.dossier
        where new.dossier not in (select dossier from lack_stale);
end;
create trigger lack_dossier after insert on dossier begin
    insert into lack_stale select new.id where new.id not in (select dossier from lack_stale);
end;
create trigger lack_dossier_changed after update of person, number, class on dossier
    when (old.person, old.number, old.class) <> (new.person, new.number, new.class) begin
    insert into lack_stale select new.id where new.id not in (select dossier from lack_stale);
end;
create trigger lack_person after insert on person begin
    insert into lack_stale select id from dossier
        where person = new.id and id not in (select dossier from lack_stale);
end;
create trigger lack_person_changed after update of unit, education, politics, id_number on person
    when (old.unit, old.education, old.politics, old.id_number)
        <> (new.unit, new.education, new.politics, new.id_number) begin
    insert into lack_stale select id from dossier
        where person = new.id and id not in (select dossier from lack_stale);
end;
create trigger lack_transfer after insert on transfer when new.dossier <> '' begin
    insert into lack_stale select new.dossier
        where new.dossier not in (select dossier from lack_stale);
end;

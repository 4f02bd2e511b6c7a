-- origin: the note at the first office, where this one came along with its dossier.
alter table record_note add column origin text not null default '';

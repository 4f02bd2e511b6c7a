-- What finds persons beside their names and numbers.

-- Texts that many persons or materials share, each once: kind 0 places, 1 titles of materials.
-- Made anew by `rebuild`; what no row bears any more may stay.
create table phrase (
    row integer primary key, kind integer not null, text text not null, unique (kind, text)
);
-- Bigrams of the phrases; rowid is the phrase's row.
create virtual table phrase_search using fts5(bigrams, content='', contentless_delete=1);
create index person_phone on person (phone) where phone <> '';
create index person_place on person (place) where place <> '';
create index material_title on material (title);

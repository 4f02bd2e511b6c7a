-- Lists frozen as they stood (清册, 统计): content is JSON of facts, headings and lines.
create table frozen_list (
    entry text primary key, matter text not null, form text not null, content text not null,
    at integer not null, by text not null, box text not null
) without rowid;
create index frozen_list_matter on frozen_list (matter, form);

-- Readings of the barcode gun at a stock-taking. code: a cover that is not known here. void: the
-- entry of a reading taken back.
create table stock_seen (
    entry text primary key, matter text not null, place text not null, dossier text not null,
    code text not null, condition text not null, void text not null, at integer not null,
    by text not null, box text not null
) without rowid;
create index stock_seen_matter on stock_seen (matter);
create index stock_seen_dossier on stock_seen (dossier) where dossier <> '';

-- Matters: the counter's business, whatever its flow. fields: JSON of what was filled in so far.
-- due: YYYYMMDD, empty where none runs. aside: acts that came out of turn, waiting to be looked at.
create table matter (
    id text primary key, entry text not null, flow text not null, number text not null,
    dossier text not null, person text not null, state text not null, open integer not null,
    due text not null, fields text not null, aside integer not null, at integer not null,
    by text not null, changed integer not null
) without rowid;
create index matter_open on matter (due, id) where open = 1;
create index matter_flow on matter (flow, at);
create index matter_dossier on matter (dossier) where dossier <> '';
create index matter_person on matter (person) where person <> '';
create index matter_number on matter (number);
-- Their acts; step: `open` for the beginning. undoes: the entry of an act taken back.
create table matter_act (
    entry text primary key, matter text not null, step text not null, fields text not null,
    after text not null, undoes text not null, due text not null, at integer not null,
    by text not null, box text not null
) without rowid;
create index matter_act_matter on matter_act (matter);

-- Papers other than proofs: letters, slips, receipts, registers, lists.
create table paper (
    id text primary key, entry text not null, form text not null, number text not null,
    title text not null, blob blob not null, matter text not null, dossier text not null,
    code text not null, at integer not null, by text not null, box text not null
) without rowid;
create index paper_matter on paper (matter) where matter <> '';
create index paper_dossier on paper (dossier) where dossier <> '';
create index paper_code on paper (code) where code <> '';
create index paper_number on paper (number);
create table paper_print (
    entry text primary key, paper text not null, printer text not null, job text not null,
    at integer not null
) without rowid;
create index paper_print_paper on paper_print (paper);

-- What the county has laid down: numbers and texts that offices go by, and classification schemes.
create table rule (name text primary key, value text not null, entry text not null) without rowid;
create table scheme (
    code text primary key, name text not null, categories text not null, entry text not null
) without rowid;

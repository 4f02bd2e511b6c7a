-- What a clerk did to the pages of a batch, and their text as a machine read it.

-- place: where a page stands in its batch, its number staying with it. turn: degrees clockwise that
-- set it upright. discarded: put aside by a clerk; the file stays. twin: the number of an earlier
-- page that shows the same sheet. outline: corners of the sheet on its master, "x,y x,y x,y x,y".
alter table page add column place integer not null default 0;
alter table page add column turn integer not null default 0;
alter table page add column discarded integer not null default 0;
alter table page add column blurred integer not null default 0;
alter table page add column twin integer not null default 0;
alter table page add column outline text not null default '';

-- Who put a batch's pages in which order, entry by entry; after: JSON, what each one replaces.
create table arrangement (
    entry text primary key, capture text not null, after text not null
) without rowid;
create index arrangement_capture on arrangement (capture);

-- Whose page a text was read on.
create index page_blob on page (blob);

-- Text of masters as this machine read it; never replicated, made again where it is missing. lines:
-- JSON, zlib. turn: how the machine would turn the page to read it.
create table page_text (
    row integer primary key, blob blob not null unique, text text not null, lines blob not null,
    turn integer not null, at integer not null
);
-- Bigrams of the text; rowid is page_text's row.
create virtual table page_search using fts5(bigrams, content='', contentless_delete=1);
-- Masters held and not read yet, the newest last; tries counts readings that came to nothing.
create table page_unread (
    row integer primary key, blob blob not null unique, tries integer not null default 0
);
insert into page_unread (blob) select b.digest from blob b join held h on h.digest = b.digest
    where b.class = 2;

create trigger unread_named after insert on blob when new.class = 2 begin
    insert or ignore into page_unread (blob) select h.digest from held h where h.digest = new.digest
        and not exists (select 1 from page_text where blob = new.digest);
end;

create trigger unread_held after insert on held begin
    insert or ignore into page_unread (blob) select b.digest from blob b
        where b.digest = new.digest and b.class = 2
        and not exists (select 1 from page_text where blob = new.digest);
end;

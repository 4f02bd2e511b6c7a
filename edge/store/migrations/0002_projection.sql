-- The present, computed from the entries; `rebuild` empties and fills these tables again.

-- Where each box's chain stands in this space.
create table chain (box text primary key, n integer not null, hash text not null) without rowid;

-- A box that was set back in time extends its chain twice. fork: the numbers held more than once;
-- branch: the ends of the other branches, that of `chain` aside.
create table fork (box text, n integer, primary key (box, n)) without rowid;
create table branch (box text, n integer, hash text, primary key (box, n, hash)) without rowid;

-- Every act on every subject, for histories and audits.
create table history (
    entry text primary key, about text not null, kind text not null, at integer not null,
    by text not null, box text not null, n integer not null
) without rowid;
create index history_about on history (about);
create index history_kind on history (kind, at);

-- Claims about single fields; which one is shown is chosen by domain.fold.
create table fact (
    entry text primary key, subject text not null, field text not null, value text not null,
    after text not null
) without rowid;
create index fact_subject on fact (subject, field);

-- What cannot all be so, by the rules of domain.conflict. subject: the least of what the sides are
-- about. field: of facts alone. settled: the resolution that stands; empty while the conflict is open.
create table conflict (
    kind text, subject text, field text, settled text not null,
    primary key (kind, subject, field)
) without rowid;
create index conflict_open on conflict (kind, subject, field) where settled = '';
-- The sides of each. party: person, dossier or proof; entry: what claims for it.
create table conflict_party (
    kind text, subject text, field text, entry text, party text not null,
    primary key (kind, subject, field, entry)
) without rowid;
create index conflict_party_party on conflict_party (party);
create index conflict_party_entry on conflict_party (entry);

-- Answers to conflicts, and what offices propose to the county (decided = 0). answers, after: JSON.
create table resolution (
    entry text primary key, kind text not null, subject text not null, chosen text not null,
    note text not null, answers text not null, after text not null, decided integer not null,
    at integer not null, by text not null
) without rowid;
create table resolution_answer (
    answered text, resolution text, primary key (answered, resolution)
) without rowid;

-- Up to when each person has acted here: tells at once who acted on after a right had ended.
create table authorship (by text primary key, last integer not null) without rowid;

-- row: this machine's own number of a person, for the search index; never compared between peers.
create table person (
    row integer primary key, id text not null unique, entry text not null, name text not null, former_name text not null,
    id_number text not null, sex text not null, birth text not null, ethnicity text not null,
    phone text not null, place text not null, education text not null, politics text not null,
    unit text not null
);
create index person_id_number on person (id_number);
create index person_id_tail on person (substr(id_number, -6)) where id_number <> '';

-- Pinyin initials by every reading of every character.
create table person_initials (
    initials text, person text, primary key (initials, person)
) without rowid;
create index person_initials_person on person_initials (person);

-- Bigrams of names and former names; rowid is the person's row.
create virtual table person_search using fts5(bigrams, content='', contentless_delete=1);

create table dossier (
    id text primary key, entry text not null, person text not null, number text not null,
    class text not null, holder text not null, scheme text not null, shelf text not null,
    counts text not null, at integer not null
);
create index dossier_person on dossier (person);
create index dossier_number on dossier (number);
-- Places for one dossier, as domain.conflict.names_one_place tells them.
create index dossier_place on dossier (shelf) where substr(shelf, -1) = '位';

create table material (
    id text primary key, entry text not null, dossier text not null, category text not null,
    position integer not null, title text not null, formed_on text not null, copy integer not null,
    capture text not null, pages integer not null, at integer not null, by text not null
);
create index material_dossier on material (dossier, category, position);
create index material_capture on material (capture) where capture <> '';

create table capture (
    id text primary key, entry text not null, dossier text not null, source text not null,
    device text not null, pages integer not null, at integer not null, by text not null,
    waiting integer not null default 0
);
create index capture_waiting on capture (at) where waiting > 0;
create index capture_device on capture (device);

-- Pages of captures and of materials; owner: id of either. blob, thumb: SHA-256.
create table page (
    owner text, number integer, blob blob not null, thumb blob not null, width integer not null,
    height integer not null, dpi integer not null, bytes integer not null, blank integer not null,
    dark integer not null, skew real not null, primary key (owner, number)
) without rowid;

-- Files that entries name. class: 0 thumbnail, 1 paper, 2 page master.
create table blob (digest blob primary key, class integer not null) without rowid;

create table receipt_of_dossier (
    entry text primary key, dossier text not null, origin text not null, letter text not null,
    counts text not null, at integer not null, by text not null
) without rowid;

create table loan (
    id text primary key, dossier text not null, borrower text not null, unit text not null,
    due text not null, pages integer not null, at integer not null, by text not null
) without rowid;
create index loan_dossier on loan (dossier);
create table loan_return (
    entry text primary key, loan text not null, dossier text not null, pages integer not null,
    at integer not null, by text not null
) without rowid;
create index loan_return_loan on loan_return (loan);

create table view (
    entry text primary key, dossier text not null, purpose text not null, what text not null,
    at integer not null, by text not null
) without rowid;
create index view_dossier on view (dossier, at);

create table proof (
    id text primary key, entry text not null, dossier text not null, kind text not null,
    number text not null, purpose text not null, code text not null, blob blob not null,
    at integer not null, by text not null, box text not null
) without rowid;
create index proof_dossier on proof (dossier);
create index proof_code on proof (code);
create index proof_number on proof (number);
create table proof_print (
    entry text primary key, proof text not null, printer text not null, job text not null,
    at integer not null
) without rowid;
create index proof_print_proof on proof_print (proof);

create table climate_hour (
    room text, hour integer, sensor text, box text, entry text not null, summary text not null,
    primary key (room, hour, sensor, box)
) without rowid;
create table climate_alert (
    id text primary key, entry text not null, room text not null, sensor text not null,
    breach text not null, value real, bound real, at integer not null, box text not null
) without rowid;
create index climate_alert_at on climate_alert (at);
create table climate_alert_end (
    entry text primary key, alert text not null, kind text not null, note text not null,
    at integer not null, by text not null
) without rowid;
create index climate_alert_end_alert on climate_alert_end (alert);

create table transfer (
    entry text primary key, transfer text not null, step text not null, dossier text not null,
    origin text not null, destination text not null, reason text not null, letter text not null,
    at integer not null, by text not null
) without rowid;
create index transfer_transfer on transfer (transfer);
create index transfer_dossier on transfer (dossier);

create table institution (
    code text primary key, name text not null, entry text not null
) without rowid;
create table staff (
    id text primary key, entry text not null, name text not null, login text not null,
    town text not null, roles text not null, pin text not null, withdrawn integer not null
) without rowid;
create index staff_login on staff (login);
-- ordinal counts the boxes of a town from 1, and stands in its numbers.
-- seal: PEM certificates of the office seal that this box keeps, issuers after it.
create table box (
    id text primary key, entry text not null, town text not null, name text not null,
    public_key text not null, seal text not null, ordinal integer not null,
    revoked integer not null
) without rowid;

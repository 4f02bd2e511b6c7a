-- Loans that run longer; the renewal with the greatest entry says until when (YYYYMMDD).
create table loan_renewal (
    entry text primary key, loan text not null, dossier text not null, due text not null,
    at integer not null, by text not null
) without rowid;
create index loan_renewal_loan on loan_renewal (loan, entry);

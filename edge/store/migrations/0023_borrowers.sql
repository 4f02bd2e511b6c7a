-- Whether a unit, or a borrower of none, keeps a dossier past its day is asked at every loan.
create index loan_unit on loan (unit, borrower);

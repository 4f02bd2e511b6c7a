-- Dossiers whose place is not known (待定位); asked for with every list of things to do.
create index dossier_placeless on dossier (id) where shelf = '';

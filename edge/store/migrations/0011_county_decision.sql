-- county: the county decides by this claim between values that clash.
alter table fact add column county integer not null default 0;

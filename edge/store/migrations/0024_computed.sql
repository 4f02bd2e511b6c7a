-- By which rules the present was computed: `reducers`, and `flow:<code>` for every flow that was
-- known. A program whose rules differ makes its part of the present anew.
create table computed (part text primary key, digest text not null) without rowid;

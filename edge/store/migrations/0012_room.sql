-- The storage room beside its air: contacts, switches, alarms that grow, sheets that were seen.

-- An alarm of one cause lists the other rules that it broke; place: the room's name at the time.
alter table climate_alert add column also text not null default '[]';
alter table climate_alert add column place text not null default '';
create table climate_alert_change (
    entry text primary key, alert text not null, breach text not null, value real, bound real,
    also text not null, worse integer not null, at integer not null
) without rowid;
create index climate_alert_change_alert on climate_alert_change (alert);

-- command: what was asked of a switch and why; by: a clerk, or the box itself.
create table switch_command (
    id text primary key, entry text not null, room text not null, switch text not null,
    state integer not null, reason text not null, at integer not null, by text not null,
    box text not null
) without rowid;
create index switch_command_switch on switch_command (room, switch, at);
create table switch_settled (
    entry text primary key, command text not null, actual integer, fault text not null,
    at integer not null
) without rowid;
create index switch_settled_command on switch_settled (command);
-- state: null gives the switch back to the rules.
create table switch_override (
    entry text primary key, room text not null, switch text not null, state integer,
    until integer not null, note text not null, at integer not null, by text not null,
    box text not null
) without rowid;
create index switch_override_switch on switch_override (room, switch, box);

-- Who has seen the readings of a half day; day: YYYYMMDD, half: am or pm.
create table room_seen (
    entry text primary key, room text not null, day text not null, half text not null,
    readings text not null, note text not null, at integer not null, by text not null,
    box text not null
) without rowid;
create index room_seen_day on room_seen (room, day);
create table room_sheet (
    entry text primary key, room text not null, month text not null, blob blob not null,
    printer text not null, job text not null, at integer not null, by text not null
) without rowid;
create index room_sheet_month on room_sheet (room, month);

-- This machine's own: what contacts and switches said, on change and once a minute.
-- kind: a contact's kind, or 'switch'. state: null for no answer.
create table room_reading (
    room text, part text, at integer, kind text not null, state integer, wanted integer,
    fault text not null, primary key (room, part, at)
) without rowid;

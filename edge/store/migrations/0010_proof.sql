-- The sender's signed header of the segment that ended at the cursor. Only with it does a sender
-- believe that it was set back in time.
alter table cursor add column proof blob not null default x'';
-- Which peer proved it; empty where the high-water file told.
alter table renewal add column peer text not null default '';

-- What is kept, for how long, and why. retention: null is kept; trashed: hidden, comes back by restore; removing: its files are going,
-- no way back; removed: they are gone, and the row stays as history.

alter table jobs add column pinned integer not null default 0;
alter table jobs add column retention text check (retention in ('trashed', 'removing', 'removed'));
alter table jobs add column trashed_at integer;
alter table jobs add column trash_reason text; -- deleted, age, size
alter table jobs add column restored_at integer; -- its age counts from here

alter table assets add column retention text check (retention in ('trashed', 'removing', 'removed'));
alter table assets add column trashed_at integer;
alter table assets add column trash_reason text;
alter table assets add column restored_at integer;

create index jobs_in_trash on jobs (trashed_at) where retention in ('trashed', 'removing');
create index assets_in_trash on assets (trashed_at) where retention in ('trashed', 'removing');

-- Whose files a job takes in: ids of jobs and of assets. Nothing is removed that a kept job uses.
create table uses (
    job_id text not null references jobs on delete cascade,
    used   text not null,
    primary key (job_id, used)
) strict, without rowid;

create index uses_of on uses (used);

insert into uses select job_id, depends_on from dependencies;

-- Clips that were given by our own URLs, or as s3://bucket/jobs/…
insert or ignore into uses
select job_id, substr(url, instr(url, '/jobs/') + 6, 36)
from (
    select job_id, json_extract(clip.value, '$.url') as url
    from jobs, json_each(jobs.params, '$.clips') as clip
    where jobs.type = 'EXPORT'
)
where url like '%/jobs/%' and substr(url, instr(url, '/jobs/') + 6, 36) in (select job_id from jobs);

-- When the worker's files of an attempt were removed from the inbox.
alter table attempts add column swept_at integer;

-- What a scrub has found wrong with the file in the store: no URL of it is handed out.
alter table outputs add column fault text check (fault in ('missing', 'wrong_length', 'wrong_content'));
alter table assets add column fault text check (fault in ('missing', 'wrong_length', 'wrong_content'));

create index outputs_by_key on outputs (key);

drop index jobs_newest;
create index jobs_newest on jobs (created_at desc, job_id desc) where retention is null;

create index attempts_unswept on attempts (created_at) where swept_at is null;

-- Events also of assets, which have no revisions.
create table events_of_all (
    seq      integer primary key autoincrement,
    job_id   text    references jobs on delete cascade,
    asset_id text    references assets on delete cascade,
    rev      integer,
    at       integer not null,
    type     text    not null,
    data     text    not null, -- JSON
    unique (job_id, rev),
    check ((job_id is null) <> (asset_id is null) and (job_id is null) = (rev is null))
) strict;

insert into events_of_all select seq, job_id, null, rev, at, type, data from events;
drop table events;
alter table events_of_all rename to events;

-- Fewer trees, and so fewer pages, to write for each job and each change of its state. Foreign keys are off while this runs.

-- No id up to the last is given out again, not even after its job expired. It is raised in steps: see JobIds.
create table hangfire_job_id (
    last integer not null
) strict;
insert into hangfire_job_id select coalesce(max(seq), 0) from sqlite_sequence where name = 'hangfire_job';

create table hangfire_job_new (
    id         integer primary key,
    invocation text    not null,                  -- InvocationData without its arguments, JSON
    arguments  text    not null,                  -- the serialised arguments, JSON array
    parameters text,                              -- JSON object; null when there are none
    state      text,                              -- name of the current state; null before the first one
    state_id   integer,                           -- the current state's number among the job's states
    created_us integer not null,
    expire_us  integer
) strict;

-- The history of a job is ordered by id, which counts from 1; times may tie.
create table hangfire_state_new (
    job_id     integer not null references hangfire_job (id) on delete cascade,
    id         integer not null,
    name       text    not null,
    reason     text,
    data       text,                              -- JSON object
    created_us integer not null,
    primary key (job_id, id)
) strict, without rowid;

insert into hangfire_state_new (job_id, id, name, reason, data, created_us)
select job_id, row_number() over (partition by job_id order by id), name, reason, data, created_us from hangfire_state;

insert into hangfire_job_new (id, invocation, arguments, parameters, state, state_id, created_us, expire_us)
select id, invocation, arguments,
    (select json_group_object(name, value) from hangfire_parameter p where p.job_id = hangfire_job.id),
    state,
    (select count(*) from hangfire_state s where s.job_id = hangfire_job.id and s.id <= hangfire_job.state_id),
    created_us, expire_us
from hangfire_job;
update hangfire_job_new set state_id = null where state is null;

drop table hangfire_parameter;
drop table hangfire_state;
drop table hangfire_job;
alter table hangfire_job_new rename to hangfire_job;
alter table hangfire_state_new rename to hangfire_state;

create index hangfire_job_state  on hangfire_job (state) where state is not null;
-- Jobs without a state expire, too, but they get one at once as a rule; they are looked for once a day.
create index hangfire_job_expire on hangfire_job (expire_us) where expire_us is not null and state is not null;

create trigger hangfire_job_state_changed after update of state on hangfire_job when old.state is not new.state
begin
    update hangfire_state_count set jobs = jobs - 1 where state = old.state;
    insert into hangfire_state_count (state, jobs) select new.state, 1 where new.state is not null
    on conflict (state) do update set jobs = jobs + 1;
end;

create trigger hangfire_job_created after insert on hangfire_job when new.state is not null
begin
    insert into hangfire_state_count (state, jobs) values (new.state, 1)
    on conflict (state) do update set jobs = jobs + 1;
end;

create trigger hangfire_job_removed after delete on hangfire_job when old.state is not null
begin
    update hangfire_state_count set jobs = jobs - 1 where state = old.state;
end;

-- Which rows a queue has is known in memory.
drop index hangfire_queue_name;

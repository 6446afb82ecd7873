-- Times are UTC in microseconds since 1970-01-01. Where expire_us is null, the row is kept for ever.

create table hangfire_job (
    id         integer primary key autoincrement, -- an id is never given twice, not even after its job expired
    invocation text    not null,                  -- InvocationData without its arguments, JSON
    arguments  text    not null,                  -- the serialised arguments, JSON array
    state      text,                              -- name of the current state; null before the first one
    state_id   integer,                           -- row of the current state in hangfire_state
    created_us integer not null,
    expire_us  integer
) strict;
create index hangfire_job_state  on hangfire_job (state) where state is not null;
create index hangfire_job_expire on hangfire_job (expire_us) where expire_us is not null;

create table hangfire_parameter (
    job_id integer not null references hangfire_job (id) on delete cascade,
    name   text    not null,
    value  text,
    primary key (job_id, name)
) strict, without rowid;

-- The history of a job is ordered by id; times may tie.
create table hangfire_state (
    id         integer primary key,
    job_id     integer not null references hangfire_job (id) on delete cascade,
    name       text    not null,
    reason     text,
    data       text,                              -- JSON object
    created_us integer not null
) strict;
create index hangfire_state_job on hangfire_state (job_id);

-- How many jobs are in each state, so that nothing has to be counted.
create table hangfire_state_count (
    state text    primary key,
    jobs  integer not null
) strict, without rowid;

create trigger hangfire_job_state_changed after update of state on hangfire_job when old.state is not new.state
begin
    update hangfire_state_count set jobs = jobs - 1 where state = old.state;
    insert into hangfire_state_count (state, jobs) select new.state, 1 where new.state is not null
    on conflict (state) do update set jobs = jobs + 1;
end;

create trigger hangfire_job_removed after delete on hangfire_job when old.state is not null
begin
    update hangfire_state_count set jobs = jobs - 1 where state = old.state;
end;

-- Who has taken a row is known to the one process that owns the file, not to the file.
-- A job may be queued more than once, and its row may outlive it.
create table hangfire_queue (
    id     integer primary key,
    queue  text    not null,
    job_id integer not null
) strict;
create index hangfire_queue_name on hangfire_queue (queue);

create table hangfire_set (
    id        integer primary key,
    key       text    not null,
    value     text    not null,
    score     real    not null,
    due_us    integer,                            -- of a scheduled job: its exact time; the score has whole seconds only
    expire_us integer,
    unique (key, value)
) strict;
create index hangfire_set_score  on hangfire_set (key, score);
create index hangfire_set_due    on hangfire_set (due_us) where due_us is not null;
create index hangfire_set_expire on hangfire_set (expire_us) where expire_us is not null;

create table hangfire_list (
    id        integer primary key,
    key       text    not null,
    value     text,
    expire_us integer
) strict;
create index hangfire_list_key    on hangfire_list (key);
create index hangfire_list_expire on hangfire_list (expire_us) where expire_us is not null;

create table hangfire_hash (
    key       text    not null,
    field     text    not null,
    value     text,
    expire_us integer,
    primary key (key, field)
) strict, without rowid;
create index hangfire_hash_expire on hangfire_hash (expire_us) where expire_us is not null;

create table hangfire_counter (
    key       text    primary key,
    value     integer not null,
    expire_us integer
) strict, without rowid;
create index hangfire_counter_expire on hangfire_counter (expire_us) where expire_us is not null;

create table hangfire_server (
    id           text    primary key,
    queues       text    not null,                -- JSON array
    workers      integer not null,
    started_us   integer not null,
    heartbeat_us integer not null
) strict, without rowid;

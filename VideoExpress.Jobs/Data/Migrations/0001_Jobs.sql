-- Times are UTC microseconds since 1970, ids are lower-case UUIDs.

create table jobs (
    job_id        text    not null primary key,
    type          text    not null,
    status        text    not null default 'QUEUED',
    progress      integer not null default 0,
    params        text    not null,           -- JSON, as validated
    output_urls   text,                       -- JSON array of store keys, main output first; URLs are signed on each read
    error         text,
    runpod_job_id text,                       -- the newest attempt's request at the provider
    created_at    integer not null,
    updated_at    integer not null,
    started_at    integer,
    finished_at   integer,
    phase         text,                       -- finer than status, for people; null once terminal and settled
    held_reason   text,
    quality       text    not null,           -- draft or final
    step          integer,                    -- ordinal of the current step; null while there is no chain
    warnings      text,                       -- JSON array of sentences
    rev           integer not null default 0  -- raised by every transition
) strict;

create index jobs_newest on jobs (created_at desc, job_id desc);
create index jobs_unfinished on jobs (job_id) where status in ('QUEUED', 'RUNNING') or phase = 'canceling';

create table dependencies (
    job_id     text not null references jobs on delete cascade,
    depends_on text not null references jobs,
    primary key (job_id, depends_on)
) strict, without rowid;

create index dependencies_of on dependencies (depends_on);

-- The chain: one row a step, each one background job.
create table steps (
    job_id      text    not null references jobs on delete cascade,
    ordinal     integer not null,
    name        text    not null,
    hangfire_id text    not null,
    tries       integer not null default 0,   -- failures in a row that were healed by trying again
    primary key (job_id, ordinal)
) strict, without rowid;

create unique index steps_by_hangfire_id on steps (hangfire_id);

-- One row a paid submission, committed before the request is sent.
create table attempts (
    attempt_id   text    not null primary key,
    job_id       text    not null references jobs on delete cascade,
    step         integer not null,
    number       integer not null,            -- 1, 2, …; each after the first has its reason
    reason       text,
    state        text    not null,            -- submitting, submitted, refused, finished, failed, canceled, superseded
    endpoint     text    not null,            -- where it was sent: the provider's URL, or 'local'
    request_id   text,                        -- the provider's id
    input_hash   text    not null,            -- sha256 of the job's own parameters, hex
    result       text,                        -- the worker's result.json
    error        text,
    seconds      real,                        -- measured by the provider
    given_up     text,                        -- why it was superseded: the reason of the next one
    created_at   integer not null,
    submitted_at integer,
    missing_since integer,                    -- since when the provider has said that it does not know the request
    finished_at  integer,
    unique (job_id, step, number)
) strict;

create index attempts_in_flight on attempts (job_id) where state = 'submitted';
create index attempts_open on attempts (job_id) where state in ('submitting', 'submitted');

create table outputs (
    job_id       text    not null references jobs on delete cascade,
    role         text    not null,            -- take: raw material of a stitch; output: published
    position     integer not null,            -- 0 is the main one
    name         text    not null,
    key          text    not null,
    content_type text    not null,
    bytes        integer not null,
    sha256       text    not null,
    facts        text,                        -- JSON: width, height, duration, …
    created_at   integer not null,
    primary key (job_id, role, position)
) strict, without rowid;

create table events (
    seq    integer primary key autoincrement,
    job_id text    not null references jobs on delete cascade,
    rev    integer not null,
    at     integer not null,
    type   text    not null,
    data   text    not null,                  -- JSON
    unique (job_id, rev)
) strict;

-- A sender's name for its call: the call repeated is the same job. Kept as long as the job.
create table idempotency_keys (
    key          text not null primary key,
    job_id       text not null references jobs on delete cascade,
    request_hash text not null                -- sha256 of the call as canonical JSON, hex
) strict, without rowid;

create index idempotency_keys_of on idempotency_keys (job_id);

-- What a provider has told of an attempt by itself. It may come twice, late, and in any order.
create table webhooks (
    attempt_id  text    not null references attempts on delete cascade,
    status      text    not null,             -- RunPod's words
    request_id  text    not null,
    body        text    not null,             -- JSON as /status answers, without input
    received_at integer not null,
    primary key (attempt_id, status)
) strict, without rowid;

-- 0, or how often in a row the process ended while the step was at work: the first time beside others, then alone.
alter table steps add column crashes integer not null default 0;

alter table attempts add column running_since integer; -- since when the provider has said that a worker has it; null while it waits for one
alter table attempts add column quiet_since integer;   -- since when its endpoint has shown nothing that could be it, while its fate is unknown
alter table attempts add column running_as text;       -- that worker, and which hand-out it is: another one begins its run anew

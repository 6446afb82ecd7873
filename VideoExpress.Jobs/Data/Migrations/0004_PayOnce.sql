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

-- Starts of a step since it last came to an orderly end: a process that dies in it leaves them behind.
alter table steps add column starts integer not null default 0;

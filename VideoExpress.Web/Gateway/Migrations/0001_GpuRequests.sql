-- One row is one request, and one charge, however often it is handed out. Times are UTC microseconds.
create table gpu_requests (
    id                text    not null primary key,
    attempt_id        text    unique,               -- input.attempt_id: one attempt makes one request
    status            text    not null,             -- RunPod's words
    input             text    not null,             -- JSON, as it came
    execution_timeout integer not null,             -- from a hand-out
    created_at        integer not null,
    expires_at        integer not null,             -- created_at + policy.ttl
    queued_at         integer not null,             -- last time it began to wait
    taken_at          integer,                      -- last hand-out
    finished_at       integer,
    worker_id         text,                         -- whom it was handed out to last
    retries           integer not null default 0,   -- hand-outs after one that came to nothing
    losses            integer not null default 0,   -- those of them whose worker vanished while the gateway was up
    progress          text,                         -- JSON, of the running hand-out only
    progress_seq      integer,
    output            text,                         -- JSON
    error             text
) strict;

create index gpu_requests_by_status on gpu_requests (status);
create index gpu_requests_by_expiry on gpu_requests (expires_at);

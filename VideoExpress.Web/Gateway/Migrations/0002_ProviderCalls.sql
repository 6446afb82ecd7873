-- What a client may ask for beside run, status and cancel: a call when its request is over, chunks while it runs, another try.
alter table gpu_requests add column time_to_live integer not null default 86400000000;  -- policy.ttl, for another try
alter table gpu_requests add column s3_config text;                                     -- JSON, handed to the handler as it came
alter table gpu_requests add column webhook text;
alter table gpu_requests add column webhook_tries_left integer not null default 0;
alter table gpu_requests add column webhook_at integer not null default 0;              -- no try before this
alter table gpu_requests add column streamed integer not null default 0;                -- chunks that the client was given

update gpu_requests set time_to_live = expires_at - created_at;

create index gpu_requests_by_webhook on gpu_requests (webhook_at) where webhook_tries_left > 0 and finished_at is not null;

create table gpu_chunks (
    request_id text    not null references gpu_requests (id) on delete cascade,
    number     integer not null,                    -- from 1, in the order they came, of the last hand-out only
    output     text    not null,                    -- JSON
    primary key (request_id, number)
) strict;

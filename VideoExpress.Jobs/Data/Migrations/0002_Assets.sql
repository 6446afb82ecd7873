-- What creators bring along: images, sounds and videos of their own.
create table assets (
    asset_id      text    not null primary key,
    name          text    not null,           -- as its owner calls it: shown, and the name to save under; never a path
    kind          text    not null check (kind in ('video', 'audio', 'image')),
    key           text    not null,
    content_type  text    not null,           -- by the file's content
    bytes         integer not null,
    sha256        text    not null,
    facts         text    not null,           -- JSON: width, height, duration, …
    thumbnail_key text,
    created_at    integer not null
) strict;

create index assets_newest on assets (created_at desc, asset_id desc);

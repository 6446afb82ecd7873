-- Which store is this database's: the same id lies in the store, so that an empty mount or another bucket is not taken for it.
create table store_id (id text not null) strict;
insert into store_id values (lower(hex(randomblob(16))));

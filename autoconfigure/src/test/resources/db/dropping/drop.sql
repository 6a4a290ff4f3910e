-- drop table untouched;
drop table if exists note, public.tag cascade;
create table note (id bigint primary key);
create table tag (id bigint primary key);

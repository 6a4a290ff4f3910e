create table if not exists note (id bigint primary key);

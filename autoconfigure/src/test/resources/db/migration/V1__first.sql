create table if not exists from_flyway (id int);

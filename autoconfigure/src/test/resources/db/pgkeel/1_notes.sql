create table if not exists notes (id int primary key, body text);

create table from_boot (id int);

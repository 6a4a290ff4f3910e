insert into from_flyway values (1);

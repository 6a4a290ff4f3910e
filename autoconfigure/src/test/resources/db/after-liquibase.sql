insert into from_liquibase values (1);

insert into from_boot values (1);

insert into absent values (1);

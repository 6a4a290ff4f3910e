create table broken (id int);
-- the next column is not there
select 1 from broken b where b.id = 1 order by tenant;

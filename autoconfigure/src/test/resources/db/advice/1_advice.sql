create table if not exists advised (id int primary key, body text);

create index on advised (body);

-- pgkeel:ignore unnamed-object wanted by this test
create index on advised (body);

-- pgkeel:ignore unnamed-object
create index on advised (body);

create type advice as enum ('good');

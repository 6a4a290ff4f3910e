create table if not exists orders (
  id bigint generated always as identity primary key,
  customer integer not null references customers
);

create table if not exists accounts (
  id bigint generated always as identity primary key,
  owner text not null unique,
  balance integer not null
);

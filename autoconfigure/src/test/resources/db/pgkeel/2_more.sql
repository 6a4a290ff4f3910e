alter table notes add column if not exists title text;

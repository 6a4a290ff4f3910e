alter table customers add column since date not null default '2026-01-01';

create index if not exists notes_title on notes (title);

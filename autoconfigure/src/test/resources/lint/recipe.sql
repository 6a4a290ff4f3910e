create table if not exists tenants (
  id uuid primary key default gen_random_uuid(),
  name text not null
);

create table if not exists notes (
  id uuid primary key default gen_random_uuid(),
  body text not null
);

do $$ begin
  alter table notes add column tenant_id uuid;
exception when duplicate_column then null;
end $$;

do $$ begin
  alter table notes enable row level security;
exception when others then null;
end $$;

do $$ begin
  create policy tenant_isolation on notes to app_user
    using (tenant_id = current_setting('app.tenant')::uuid);
exception when duplicate_object then null;
end $$;

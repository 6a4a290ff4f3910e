-- Applied when the application starts and a script or the database has changed: each statement finds out for itself
-- whether there is anything left to do. Where PostgreSQL's own IF NOT EXISTS would wait for a lock on the table even with nothing to do
-- (ALTER TABLE, CREATE INDEX), the catalog is asked instead.

-- Roles belong to the whole server. Another database's application may create this one at the same moment, and a
-- managed server may have it already without letting us create any.
DO $$
BEGIN
	IF to_regrole('service_role') IS NULL THEN
		CREATE ROLE service_role NOLOGIN;
	END IF;
EXCEPTION
	WHEN duplicate_object OR unique_violation THEN
		NULL;
	WHEN insufficient_privilege THEN
		RAISE WARNING 'The role service_role is missing, and % may not create it', current_user
			USING HINT = 'Its policies and grants follow when an administrator has run CREATE ROLE service_role NOLOGIN'
				' and the application is started once with pgkeel.schema.mode=always.';
END
$$;

CREATE TABLE IF NOT EXISTS tenants (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	email text NOT NULL CONSTRAINT tenants_email_key UNIQUE,
	plan text NOT NULL CONSTRAINT tenants_plan_check CHECK (plan IN ('free', 'pro', 'enterprise')),
	created_at timestamptz NOT NULL DEFAULT now()
);

DO $$
BEGIN
	IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = 'tenants'::regclass) THEN
		ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
	END IF;
END
$$;

DO $$
BEGIN
	IF to_regrole('service_role') IS NULL THEN
		RETURN;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_policy
			WHERE polrelid = 'tenants'::regclass AND polname = 'service_role full access on tenants') THEN
		CREATE POLICY "service_role full access on tenants" ON tenants TO service_role
			USING (true) WITH CHECK (true);
	END IF;
	GRANT SELECT, INSERT, UPDATE, DELETE ON tenants TO service_role;
END
$$;

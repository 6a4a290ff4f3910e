CREATE TABLE IF NOT EXISTS notes (
	id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	tenant_id uuid NOT NULL CONSTRAINT notes_tenant_id_fkey REFERENCES tenants,
	body text NOT NULL,
	created_at timestamptz NOT NULL DEFAULT now()
);

-- Added after the table had gone live. What a table got later is not written into its CREATE TABLE, which does nothing
-- where the table exists.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_attribute
			WHERE attrelid = 'notes'::regclass AND attname = 'kind' AND NOT attisdropped) THEN
		ALTER TABLE notes ADD COLUMN kind text NOT NULL DEFAULT 'user'
			CONSTRAINT notes_kind_check CHECK (kind IN ('user', 'welcome'));
	END IF;
END
$$;

-- In the order of the pages: the notes of one tenant, oldest first
DO $$
BEGIN
	IF to_regclass('notes_tenant_id_created_at_id_idx') IS NULL THEN
		CREATE INDEX notes_tenant_id_created_at_id_idx ON notes (tenant_id, created_at, id);
	END IF;
END
$$;

DO $$
BEGIN
	IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = 'notes'::regclass) THEN
		ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
	END IF;
END
$$;

DO $$
BEGIN
	IF to_regrole('service_role') IS NULL THEN
		RETURN;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_policy
			WHERE polrelid = 'notes'::regclass AND polname = 'service_role full access on notes') THEN
		CREATE POLICY "service_role full access on notes" ON notes TO service_role
			USING (true) WITH CHECK (true);
	END IF;
	GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO service_role;
END
$$;

package dev.pgkeel.sample;

import dev.pgkeel.testsupport.TestDatabase;
import dev.pgkeel.testsupport.TestServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the schema scripts leave behind, start after start.
 */
class SchemaScriptsTests {

	/**
	 * Whatever the scripts made, with the identifiers of its catalog rows. Grants are
	 * rewritten by each GRANT, so that {@code xmin} says nothing.
	 */
	private static final String CATALOG = """
			SELECT string_agg(object, E'\\n' ORDER BY object) FROM (
			  SELECT format('relation %s %s kind %s file %s options %s acl %s security %s forced %s', oid, relname,
			      relkind, relfilenode, reloptions, relacl, relrowsecurity, relforcerowsecurity)
			    FROM pg_class WHERE relnamespace = 'public'::regnamespace
			  UNION ALL SELECT format('column %s %s %s %s %s default %s', attrelid, attnum, attname,
			      format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
			    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
			    WHERE relnamespace = 'public'::regnamespace
			  UNION ALL SELECT format('constraint %s %s %s %s', oid, conname, conrelid, pg_get_constraintdef(oid))
			    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			  UNION ALL SELECT format('index %s %s %s', indexrelid, indisvalid, pg_get_indexdef(indexrelid))
			    FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
			  UNION ALL SELECT format('policy %s %s %s %s %s %s', oid, polname, polrelid, polroles::regrole[],
			      pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
			    FROM pg_policy
			  UNION ALL SELECT format('trigger %s %s', oid, pg_get_triggerdef(oid)) FROM pg_trigger
			  UNION ALL SELECT format('function %s %s', oid, proname)
			    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
			  UNION ALL SELECT format('type %s %s', oid, typname)
			    FROM pg_type WHERE typnamespace = 'public'::regnamespace
			  UNION ALL SELECT format('role %s %s %s', oid, rolname, rolcanlogin)
			    FROM pg_roles WHERE rolname = 'service_role'
			) AS objects (object)""";

	private final TestDatabase database = TestServer.shared().newDatabase();

	@Test
	void threeStartsLeaveTheCatalogOfOne() {
		start(this.database);
		String once = catalog(this.database);
		assertThat(once).contains("relation", " notes ", "policy", "service_role full access on notes",
				"service_role full access on tenants", "notes_tenant_id_created_at_id_idx");
		start(this.database);
		start(this.database);
		assertThat(catalog(this.database)).isEqualTo(once);
	}

	@Test
	void aTableOfTheFirstReleaseGetsWhatCameLater() {
		this.database.execute("""
				CREATE TABLE tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL UNIQUE,
				  plan text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
				CREATE TABLE notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
				  tenant_id uuid NOT NULL REFERENCES tenants, body text NOT NULL,
				  created_at timestamptz NOT NULL DEFAULT now());
				WITH tenant AS (INSERT INTO tenants (email, plan) VALUES ('ada@example.com', 'free') RETURNING id)
				INSERT INTO notes (tenant_id, body) SELECT id, 'older than its kind' FROM tenant""");
		start(this.database);
		assertThat(this.database.query("SELECT kind FROM notes", String.class)).isEqualTo("user");
	}

	private static void start(TestDatabase database) {
		new SpringApplicationBuilder(NotesApplication.class).web(WebApplicationType.NONE)
			.run("--spring.datasource.url=" + database.jdbcUrl(), "--spring.datasource.username=" + database.username(),
					"--spring.datasource.password=" + database.password())
			.close();
	}

	private static String catalog(TestDatabase database) {
		return database.query(CATALOG, String.class);
	}

}

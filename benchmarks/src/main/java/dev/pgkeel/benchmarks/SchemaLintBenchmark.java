package dev.pgkeel.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.pgkeel.schema.Position;
import dev.pgkeel.schema.SqlStatement;
import dev.pgkeel.schema.lint.SchemaLinter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long the linter takes for 4,000 statements, half of which it has something to say
 * about.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(2)
public class SchemaLintBenchmark {

	private static final int STATEMENTS = 4_000;

	private static final List<String> TEMPLATES = List.of("""
			create table if not exists t%1$d (
			  id uuid primary key default gen_random_uuid(),
			  owner uuid not null references t0 (id) on delete cascade,
			  body text not null check (body <> ''),
			  created_at timestamptz not null default now()
			)""", "create index t%1$d_owner on t%1$d (owner, created_at desc) where body is not null",
			"alter table t%1$d add column if not exists title varchar(200) not null default ''",
			"alter table t%1$d add constraint t%1$d_title check (length(title) < 200)", """
					do $$ begin
					  alter table t%1$d add constraint t%1$d_body unique (body);
					exception when duplicate_object then null;
					end $$""", """
					do $$ begin
					  if not exists (select from pg_policies where tablename = 't%1$d' and policyname = 'p') then
					    create policy p on t%1$d using (owner = current_setting('app.owner')::uuid);
					  end if;
					end $$""", """
					create or replace function f%1$d(n int) returns int language plpgsql as $body$
					declare result int := 0;
					begin
					  for i in 1..n loop
					    result := result + (select count(*) from t%1$d where body like '%%' || i);
					  end loop;
					  return result;
					end $body$""", "insert into t%1$d (owner, body) values ('a', 'b'), ('c', 'd')");

	private final List<SqlStatement> statements = statements();

	private static List<SqlStatement> statements() {
		List<SqlStatement> statements = new ArrayList<>();
		for (int i = 0; i < STATEMENTS; i++) {
			String text = TEMPLATES.get(i % TEMPLATES.size()).formatted(i / TEMPLATES.size());
			statements.add(new SqlStatement(i + 1, text, new Position(i + 1, 1), List.of(), List.of()));
		}
		return statements;
	}

	@Benchmark
	public Object lint() {
		SchemaLinter linter = new SchemaLinter();
		this.statements.forEach((statement) -> linter.add("script.sql", statement));
		return linter.findings();
	}

}

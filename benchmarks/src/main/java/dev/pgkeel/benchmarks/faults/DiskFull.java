package dev.pgkeel.benchmarks.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The disk of the table is full.
 */
final class DiskFull extends LoadFault {

	private @Nullable Path disk;

	DiskFull() {
		super("disk-full", "Disk of the table full for 2 s");
	}

	@Override
	@Nullable String obstacle() {
		return "root".equals(System.getProperty("user.name")) ? null : "needs root to mount a small disk";
	}

	@Override
	void arrange(Scene scene) throws IOException, InterruptedException {
		Path mounted = Files.createTempDirectory("pgkeel-full-");
		Commands.run("mount", "-t", "tmpfs", "-o", "size=8m,mode=777", "none", mounted.toString());
		this.disk = mounted;
		String space = space(scene);
		scene.place().database().execute("create tablespace " + space + " location '" + mounted + "'");
		scene.place()
			.database()
			.execute("drop table entries; create table entries (number bigint, note text) tablespace " + space
					+ "; alter table entries owner to " + scene.place().role());
		scene.place().database().execute("create table filler (body text) tablespace " + space);
	}

	private static String space(Scene scene) {
		return "small_" + scene.place().database().name();
	}

	@Override
	void breakIt(Scene scene) {
		scene.place().database().execute("alter table filler alter body set storage plain");
		scene.place().database().execute("""
				do $$ begin
				  for pages in 1..4096 loop
				    begin
				      insert into filler select repeat('x', 8000);
				    exception when disk_full then exit;
				    end;
				  end loop;
				end $$""");
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(2);
	}

	@Override
	void mend(Scene scene) {
		scene.place().database().execute("drop table filler");
	}

	@Override
	void cleanUp(Scene scene) throws IOException, InterruptedException {
		if (this.disk != null) {
			scene.place().database().execute("drop table if exists filler, entries");
			scene.place().database().execute("drop tablespace if exists " + space(scene));
			Commands.run("umount", this.disk.toString());
			Files.delete(this.disk);
			this.disk = null;
		}
	}

}

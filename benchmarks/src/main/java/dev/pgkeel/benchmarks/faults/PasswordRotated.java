package dev.pgkeel.benchmarks.faults;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import dev.pgkeel.testsupport.PasswordServer;
import org.jspecify.annotations.Nullable;

/**
 * The role's password changes and its sessions end; the pool is told the new one later.
 */
final class PasswordRotated extends LoadFault {

	private @Nullable PasswordServer asking;

	PasswordRotated() {
		super("password-rotated", "Password rotated, the pool told 2 s later");
	}

	@Override
	void setUp(Servers servers) {
		this.asking = PasswordServer.start("first");
	}

	private PasswordServer asking() {
		return Objects.requireNonNull(this.asking);
	}

	@Override
	Place place() {
		asking().change("first");
		return Place.of(asking().database(), PasswordServer.USER, "first");
	}

	@Override
	boolean hasBystander() {
		return false;
	}

	@Override
	void breakIt(Scene scene) {
		asking().change("second");
		scene.place().terminate("true");
	}

	@Override
	int rounds() {
		return 3;
	}

	@Override
	List<String> properties(Scene scene) {
		return List.of(Scene.SHORT_PATIENCE);
	}

	@Override
	Duration lasts() {
		return Duration.ofSeconds(2);
	}

	@Override
	void mend(Scene scene) {
		scene.pool().getHikariConfigMXBean().setPassword("second");
	}

	@Override
	void tearDown() {
		if (this.asking != null) {
			this.asking.close();
		}
	}

}

package dev.pgkeel.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.pgkeel.testsupport.RequiresComponent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the embedded server in a process of its own.
 */
class EmbeddedPostgresProcessTests {

	private Path folder;

	@BeforeEach
	void createFolder() throws IOException {
		this.folder = Files.createTempDirectory("pgkeel-process-test-",
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
		Files.setPosixFilePermissions(this.folder, PosixFilePermissions.fromString("rwxrwxrwx"));
	}

	@AfterEach
	void deleteFolder() throws IOException {
		FileSystemUtils.deleteRecursively(this.folder);
	}

	@Test
	void terminatedApplicationLeavesNoServerAndNoData() throws Exception {
		Process application = start(List.of(), System.getProperty("java.class.path"));
		assertThat(readUntilReady(application)).isEqualTo("READY postgres");
		assertThat(servers()).isNotEmpty();
		application.destroy();
		assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(servers()).isEmpty();
		assertThat(runDirectories()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void applicationTerminatedWhileTheServerStartsLeavesNothing(boolean hook) throws Exception {
		Process application = start(List.of(), System.getProperty("java.class.path"),
				"--spring.main.register-shutdown-hook=" + hook);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(10))
			.atMost(Duration.ofMinutes(2))
			.until(() -> runDirectories().stream()
				.anyMatch((directory) -> Files.exists(directory.resolve("data/postmaster.opts"))));
		application.destroy();
		assertThat(application.waitFor(120, TimeUnit.SECONDS)).isTrue();
		assertThat(servers()).isEmpty();
		assertThat(runDirectories()).isEmpty();
	}

	@Test
	void applicationThatIgnoresItsContextLeavesNoServerEither() throws Exception {
		Process application = start(List.of(), System.getProperty("java.class.path"),
				"--spring.main.register-shutdown-hook=false");
		assertThat(readUntilReady(application)).isEqualTo("READY postgres");
		application.destroy();
		assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(servers()).isEmpty();
		assertThat(runDirectories()).isEmpty();
	}

	@Test
	void unpackingThatWasKilledIsCompleted() throws Exception {
		runOnce();
		Path programs = programs();
		Files.delete(programs.resolve(".exists"));
		Files.write(programs.resolve("bin/initdb"), new byte[10]);
		Files.delete(programs.resolve("bin/postgres"));
		try (Stream<Path> files = Files.list(programs.resolve("lib"))) {
			Files.delete(files.filter(Files::isSymbolicLink).findAny().orElseThrow().toRealPath());
		}
		runOnce();
	}

	/**
	 * A limit of a file's size, as a full disk is not at hand.
	 */
	@Test
	@RequiresComponent("prlimit")
	void programsThatDoNotFitAreExplainedAndUnpackedLater() throws Exception {
		Process application = start(List.of("prlimit", "--fsize=1000000"), System.getProperty("java.class.path"));
		String output = new String(application.getInputStream().readAllBytes());
		assertThat(application.waitFor()).isOne();
		assertThat(output).contains("APPLICATION FAILED TO START", "cannot be unpacked to " + programs().getParent(),
				"File too large", "-Djava.io.tmpdir=");
		assertThat(runDirectories()).isEmpty();
		runOnce();
	}

	@Test
	void programsThatCannotBeUnpackedAreExplained() throws Exception {
		Files.createFile(unpackedTo());
		Process application = start(List.of(), System.getProperty("java.class.path"));
		String output = new String(application.getInputStream().readAllBytes());
		assertThat(application.waitFor()).isOne();
		assertThat(output).contains("APPLICATION FAILED TO START", "cannot be unpacked to " + this.folder,
				"-Djava.io.tmpdir=");
		assertThat(runDirectories()).isEmpty();
	}

	@Test
	void localeThatTheMachineLacksIsExplained() throws Exception {
		Process application = start(List.of("env", "-u", "LC_ALL", "LANG=xx_XX.UTF-8", "LC_TIME=yy_YY.UTF-8"),
				System.getProperty("java.class.path"));
		assertThat(readUntilReady(application)).contains("APPLICATION FAILED TO START", "LANG=xx_XX.UTF-8",
				"LC_TIME=yy_YY.UTF-8", "LC_ALL=C.UTF-8");
		assertThat(runDirectories()).isEmpty();
	}

	/**
	 * Others may have put programs of their own into it.
	 */
	@Test
	void directoryThatOthersCanReachIsNotUnpackedTo() throws Exception {
		Files.createDirectory(unpackedTo());
		Files.setPosixFilePermissions(unpackedTo(), PosixFilePermissions.fromString("rwxrwxrwx"));
		Process application = start(List.of(), System.getProperty("java.class.path"));
		assertThat(readUntilReady(application)).contains("APPLICATION FAILED TO START",
				"cannot be unpacked to " + unpackedTo(), "rwxrwxrwx", "-Djava.io.tmpdir=");
		assertThat(unpackedTo()).isEmptyDirectory();
		assertThat(runDirectories()).isEmpty();
	}

	private void runOnce() throws Exception {
		Process application = start(List.of(), System.getProperty("java.class.path"));
		assertThat(readUntilReady(application)).isEqualTo("READY postgres");
		application.destroy();
		assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
	}

	private Path unpackedTo() {
		return this.folder.resolve("pgkeel-embedded-programs-" + System.getProperty("user.name"));
	}

	private Path programs() throws IOException {
		try (Stream<Path> files = Files.list(unpackedTo().resolve("unpacked"))) {
			return files.filter(Files::isDirectory).findAny().orElseThrow();
		}
	}

	@Test
	@RequiresComponent("setpriv")
	void ordinaryUserCanRunTheServer() throws Exception {
		List<String> asNobody = List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");
		boolean root = "root".equals(System.getProperty("user.name"));
		Process application = start(root ? asNobody : List.of(), copyOfClassPath());
		assertThat(readUntilReady(application)).isEqualTo("READY postgres");
		application.destroy();
		assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
		assertThat(servers()).isEmpty();
	}

	@Test
	@RequiresComponent("setpriv")
	void directoryThatTheUserMayNotWriteToIsRefused() throws Exception {
		Path data = Files.createDirectory(this.folder.resolve("data"),
				PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
		boolean root = "root".equals(System.getProperty("user.name"));
		Process application = start(
				root ? List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups") : List.of(),
				copyOfClassPath(), "--pgkeel.embedded.data-directory=" + data);
		String output = new String(application.getInputStream().readAllBytes());
		assertThat(application.waitFor()).isOne();
		assertThat(output).contains("APPLICATION FAILED TO START", "pgkeel.embedded.data-directory is " + data,
				"cannot be written to by user", "Give the user write access");
	}

	@Test
	@RequiresComponent("setpriv")
	void fileThatNamesAnotherUsersProcessIsNoObstacle() throws Exception {
		Path data = Files.createDirectory(this.folder.resolve("data"));
		Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));
		Files.createFile(data.resolve("PG_VERSION"));
		for (String database : List.of("1", "4", "5")) {
			Files.createDirectories(data.resolve("base").resolve(database));
		}
		Files.writeString(data.resolve("postmaster.pid"), "1\n");
		boolean root = "root".equals(System.getProperty("user.name"));
		Process application = start(Preparation.class,
				root ? List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups") : List.of(),
				copyOfClassPath(), data.toString());
		assertThat(readUntilReady(application)).isEqualTo("READY " + data);
		assertThat(application.waitFor(60, TimeUnit.SECONDS)).isTrue();
	}

	private Process start(List<String> prefix, String classPath, String... arguments) throws IOException {
		return start(Application.class, prefix, classPath, arguments);
	}

	private Process start(Class<?> main, List<String> prefix, String classPath, String... arguments)
			throws IOException {
		List<String> command = new ArrayList<>(prefix);
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath,
				"-Djava.io.tmpdir=" + this.folder, main.getName()));
		command.addAll(List.of(arguments));
		return new ProcessBuilder(command).directory(this.folder.toFile()).redirectErrorStream(true).start();
	}

	private static String readUntilReady(Process application) throws IOException {
		BufferedReader reader = application.inputReader();
		List<String> lines = new ArrayList<>();
		for (String line = reader.readLine(); line != null; line = reader.readLine()) {
			lines.add(line);
			if (line.startsWith("READY ")) {
				return line;
			}
		}
		return String.join("\n", lines);
	}

	/**
	 * The user of the test may not reach the local repository.
	 */
	private String copyOfClassPath() throws IOException {
		Path copy = Files.createDirectory(this.folder.resolve("lib"));
		List<String> entries = new ArrayList<>();
		for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
			Path source = Path.of(entry);
			if (Files.exists(source)) {
				Path target = copy.resolve(entries.size() + "-" + source.getFileName());
				FileSystemUtils.copyRecursively(source, target);
				entries.add(target.toString());
			}
		}
		makeReadable(copy);
		return String.join(File.pathSeparator, entries);
	}

	private static void makeReadable(Path directory) throws IOException {
		try (Stream<Path> files = Files.walk(directory)) {
			for (Path file : (Iterable<Path>) files::iterator) {
				Files.setPosixFilePermissions(file,
						PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--"));
			}
		}
	}

	private List<String> servers() {
		return ProcessHandle.allProcesses()
			.map((process) -> process.info().commandLine().orElse(""))
			.filter((command) -> command.contains("postgres") && command.contains(this.folder + "/pgkeel-postgres-"))
			.filter((command) -> !command.contains("java"))
			.toList();
	}

	private List<Path> runDirectories() {
		try (Stream<Path> files = Files.list(this.folder)) {
			return files.filter((file) -> file.getFileName().toString().startsWith("pgkeel-postgres-")).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Only looks whether the directory can be used.
	 */
	public static class Preparation {

		public static void main(String[] args) {
			Path data = Path.of(args[0]);
			new DataDirectory(data).prepare();
			System.out.println("READY " + data);
		}

	}

	/**
	 * An application that runs until it is terminated.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	public static class Application {

		public static void main(String[] args) throws InterruptedException {
			SpringApplication application = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
				.build();
			ConfigurableApplicationContext context = application.run(args);
			String user = context.getBean(JdbcTemplate.class).queryForObject("select current_user", String.class);
			System.out.println("READY " + user);
			Thread.currentThread().join();
		}

	}

}

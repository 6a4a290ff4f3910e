package dev.pgkeel.benchmarks.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import dev.pgkeel.testsupport.Certificates;
import dev.pgkeel.testsupport.OwnServer;
import org.jspecify.annotations.Nullable;

import org.springframework.util.FileSystemUtils;

/**
 * The servers that the faults share, started on first use. They keep what they
 * acknowledge.
 */
final class Servers implements AutoCloseable {

	/**
	 * The names that the good certificate is for.
	 */
	private static final String HOST = "localhost,DNS:" + TlsStripped.HOST;

	private @Nullable OwnServer ordinary;

	private @Nullable OwnServer large;

	private @Nullable OwnServer encrypting;

	private @Nullable Path folder;

	private @Nullable Certificates certificates;

	/**
	 * Returns the one for most faults.
	 */
	OwnServer ordinary() {
		if (this.ordinary == null) {
			this.ordinary = start("max_connections=40");
		}
		return this.ordinary;
	}

	/**
	 * Returns one with room for many.
	 */
	OwnServer large() {
		if (this.large == null) {
			this.large = start("max_connections=300");
		}
		return this.large;
	}

	/**
	 * Returns one that has TLS, and a certificate that is good until another one is used.
	 */
	OwnServer encrypting() {
		if (this.encrypting == null) {
			issue();
			use("good");
			this.encrypting = start("max_connections=40", "ssl=on",
					"ssl_cert_file=" + certificates().certificate("used"),
					"ssl_key_file=" + certificates().key("used"));
		}
		return this.encrypting;
	}

	private void issue() {
		try {
			Path created = Files.createTempDirectory("pgkeel-certificates-");
			this.folder = created;
			Certificates issued = new Certificates(created);
			issued.issue("good", HOST, 30);
			issued.issue("wrong-host", "elsewhere.example", 30);
			issued.issue("expired", HOST, -1);
			issued.selfSign("self-signed", HOST);
			this.certificates = issued;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Returns the certificate of the authority.
	 */
	Path root() {
		return certificates().root();
	}

	private Certificates certificates() {
		return Objects.requireNonNull(this.certificates, "There is no server with TLS yet");
	}

	/**
	 * Has the server with TLS use another certificate for new connections.
	 */
	void useCertificate(String name) {
		use(name);
		encrypting().database().execute("select pg_reload_conf()");
	}

	private void use(String name) {
		try {
			for (Path file : List.of(certificates().certificate(name), certificates().key(name))) {
				Files.copy(file, file.resolveSibling(file.getFileName().toString().replace(name, "used")),
						StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static OwnServer start(String... settings) {
		List<String> all = new ArrayList<>(List.of("fsync=on", "synchronous_commit=on"));
		all.addAll(List.of(settings));
		return OwnServer.start(all.toArray(String[]::new));
	}

	@Override
	public void close() {
		for (OwnServer server : new OwnServer[] { this.ordinary, this.large, this.encrypting }) {
			if (server != null) {
				server.close();
			}
		}
		if (this.folder != null) {
			FileSystemUtils.deleteRecursively(this.folder.toFile());
		}
	}

}

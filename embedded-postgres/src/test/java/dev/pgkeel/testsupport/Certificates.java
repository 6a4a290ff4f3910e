package dev.pgkeel.testsupport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate authority and what it issues, made with {@code openssl}.
 */
public final class Certificates {

	private final Path folder;

	/**
	 * Makes an authority.
	 * @param folder where its files go
	 */
	public Certificates(Path folder) {
		this.folder = folder;
		openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "30",
				"-subj", "/CN=Test Authority");
	}

	/**
	 * Returns the authority's certificate.
	 * @return the file
	 */
	public Path root() {
		return this.folder.resolve("ca.crt");
	}

	/**
	 * Returns a certificate.
	 * @param name its name
	 * @return the file
	 */
	public Path certificate(String name) {
		return this.folder.resolve(name + ".crt");
	}

	/**
	 * Returns the key of a certificate.
	 * @param name its name
	 * @return the file
	 */
	public Path key(String name) {
		return this.folder.resolve(name + ".key");
	}

	/**
	 * Issues a certificate.
	 * @param name the name of the files
	 * @param host the host that it is for
	 * @param days how long it is valid, negative for one that is over
	 */
	public void issue(String name, String host, int days) {
		write(name + ".ext", "subjectAltName=DNS:" + host);
		openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj",
				"/CN=" + host);
		openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out",
				name + ".crt", "-days", String.valueOf(days), "-extfile", name + ".ext");
		protect(key(name));
	}

	/**
	 * Makes a certificate that no authority issued.
	 * @param name the name of the files
	 * @param host the host that it is for
	 */
	public void selfSign(String name, String host) {
		openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".crt",
				"-days", "30", "-subj", "/CN=" + host, "-addext", "subjectAltName=DNS:" + host);
		protect(key(name));
	}

	private void write(String name, String text) {
		try {
			Files.writeString(this.folder.resolve(name), text);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * PostgreSQL refuses a key that others can read.
	 */
	private static void protect(Path key) {
		try {
			Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void openssl(String... arguments) {
		List<String> command = new ArrayList<>(List.of("openssl"));
		command.addAll(List.of(arguments));
		try {
			Process process = new ProcessBuilder(command).directory(this.folder.toFile())
				.redirectErrorStream(true)
				.start();
			String output = new String(process.getInputStream().readAllBytes());
			if (process.waitFor() != 0) {
				throw new IllegalStateException(command + ": " + output);
			}
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

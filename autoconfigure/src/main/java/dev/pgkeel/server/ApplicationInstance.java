package dev.pgkeel.server;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * One running instance of the application, as it introduces itself to the server.
 *
 * @param application the application's name, ASCII
 * @param id a short name of this instance, unlike that of any other instance
 * @param name the application's name as it was given, in any script
 * @since 0.1.0
 */
public record ApplicationInstance(String application, String id, String name) implements AopInfrastructureBean {

	/**
	 * PostgreSQL cuts {@code application_name} there (NAMEDATALEN - 1).
	 */
	private static final int MAX_LENGTH = 63;

	private static final int ID_LENGTH = 6;

	/**
	 * Creates an instance.
	 * @param application the application's name, ASCII
	 * @param id its identifier
	 */
	public ApplicationInstance(String application, String id) {
		this(application, id, application);
	}

	/**
	 * Creates an instance with an identifier of its own.
	 * @param application the application's name in any script, or {@code null} if it has
	 * none
	 * @param random the source of the identifier
	 * @return the instance
	 */
	public static ApplicationInstance of(@Nullable String application, RandomGenerator random) {
		String name = (application == null || application.isBlank()) ? "application" : application.strip();
		String ascii = ascii(name);
		int length = Math.min(ascii.length(), MAX_LENGTH - 1 - ID_LENGTH);
		return new ApplicationInstance(ascii.substring(0, length), id(random), name);
	}

	private static String id(RandomGenerator random) {
		return random.ints(ID_LENGTH, 0, 36)
			.collect(StringBuilder::new, (text, digit) -> text.append(Character.forDigit(digit, 36)),
					StringBuilder::append)
			.toString();
	}

	/**
	 * The server replaces what is not printable ASCII, byte by byte, which leaves nothing
	 * to read of a name in another script: an accent is dropped, the rest becomes "_".
	 */
	private static String ascii(String name) {
		if (StandardCharsets.US_ASCII.newEncoder().canEncode(name)) {
			// Most names are, and the normalizer's tables take their time to load
			return name.replaceAll("[^\\x20-\\x7e]", "_");
		}
		String decomposed = Normalizer.normalize(name, Normalizer.Form.NFD).replaceAll("\\p{M}+", "");
		return decomposed.replaceAll("[^\\x20-\\x7e]", "_");
	}

	/**
	 * Returns this instance under a name that tells what its session is for.
	 * @param purpose the purpose, such as {@code monitor}
	 * @return the instance, with the same identifier
	 */
	public ApplicationInstance named(String purpose) {
		int length = Math.min(this.application.length(), MAX_LENGTH - 2 - ID_LENGTH - purpose.length());
		return new ApplicationInstance(this.application.substring(0, length) + " " + purpose, this.id, this.name);
	}

	/**
	 * Returns the session's {@code application_name}: at most 63 bytes of ASCII.
	 * @return the name, such as {@code notes/k3x9ad}
	 */
	public String applicationName() {
		return this.application + "/" + this.id;
	}

}

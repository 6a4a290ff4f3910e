package dev.pgkeel.actuate.console;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;

/**
 * Actuator endpoint that serves the console: a page, the two files that it needs, and
 * what it shows, which comes from memory alone. It changes nothing.
 * <p>
 * The answers are Spring's {@code ResponseEntity}, since the answers of Actuator have no
 * headers of their own. Spring MVC takes one for what it is (Spring Boot 4.1).
 *
 * @since 0.1.0
 */
@WebEndpoint(id = ConsoleEndpoint.ID)
public final class ConsoleEndpoint implements AopInfrastructureBean {

	/**
	 * The endpoint's id.
	 */
	public static final String ID = "pgkeelconsole";

	private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
			+ " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

	private static final MediaType JAVASCRIPT = new MediaType("text", "javascript", StandardCharsets.UTF_8);

	private static final MediaType CSS = new MediaType("text", "css", StandardCharsets.UTF_8);

	private static final MediaType HTML = new MediaType("text", "html", StandardCharsets.UTF_8);

	private final ConsoleReader reader;

	private final ConsoleFiles files;

	private final Show showValues;

	private final Set<String> roles;

	/**
	 * Creates an endpoint.
	 * @param reader collects what is shown
	 * @param path tells the last part of the endpoint's path
	 * @param showValues whether SQL is shown
	 * @param roles the roles that may see it, if that depends
	 */
	public ConsoleEndpoint(ConsoleReader reader, Supplier<String> path, Show showValues, Set<String> roles) {
		this.reader = reader;
		this.files = new ConsoleFiles(path);
		this.showValues = showValues;
		this.roles = Set.copyOf(roles);
	}

	/**
	 * Returns the page.
	 * @return the page
	 */
	@ReadOperation(produces = "text/html")
	public ResponseEntity<byte[]> page() {
		return answer(HTML).header("Content-Security-Policy", POLICY)
			.header("Referrer-Policy", "no-referrer")
			.body(this.files.page());
	}

	/**
	 * Returns what the page needs.
	 * @param part {@code console.css}, {@code console.js}, {@code data} or {@code stack}
	 * @param pool for {@code stack}, the pool
	 * @param pid for {@code stack}, the process that serves the session
	 * @param securityContext who asks
	 * @return the part, {@code null} if there is no such part
	 */
	@ReadOperation(produces = { "application/json", "text/css", "text/javascript" })
	public @Nullable ResponseEntity<?> part(@Selector String part, @Nullable String pool, @Nullable Integer pid,
			SecurityContext securityContext) {
		return switch (part) {
			case ConsoleFiles.STYLE -> answer(CSS).body(this.files.style());
			case ConsoleFiles.SCRIPT -> answer(JAVASCRIPT).body(this.files.script());
			case "data" -> answer(MediaType.APPLICATION_JSON)
				.body(this.reader.read(this.showValues.isShown(securityContext, this.roles)));
			case "stack" -> stack(pool, pid);
			default -> null;
		};
	}

	private @Nullable ResponseEntity<?> stack(@Nullable String pool, @Nullable Integer pid) {
		List<String> stack = (pool != null && pid != null) ? this.reader.stack(pool, pid) : null;
		return (stack != null) ? answer(MediaType.APPLICATION_JSON).body(stack) : null;
	}

	/**
	 * Nothing is kept: a page of another version of pgkeel would not understand the data.
	 */
	private static ResponseEntity.BodyBuilder answer(MediaType type) {
		return ResponseEntity.ok()
			.contentType(type)
			.cacheControl(CacheControl.noStore())
			.header("X-Content-Type-Options", "nosniff");
	}

}

package dev.pgkeel.schema;

import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Rewrites an expression as the server stores it, {@code pg_node_tree} of PostgreSQL 14
 * to 18: {@code {VAR :varno 1 :varattno 2 :location 17}}. Left out are places in the text
 * of the command that created it.
 */
final class NodeTree {

	private static final Set<String> PLACES = Set.of(":location", ":stmt_location", ":stmt_len", ":rexpr_location",
			":list_start", ":list_end", ":varattnosyn");

	/**
	 * The types {@code regproc}, {@code regprocedure}, {@code regoper},
	 * {@code regoperator}, {@code regclass}, {@code regtype}, {@code regconfig},
	 * {@code regdictionary}, {@code regnamespace}, {@code regrole} and
	 * {@code regcollation}, whose constants are oids, as in {@code nextval('s')}.
	 */
	private static final Set<String> REG_TYPES = Set.of("24", "2202", "2203", "2204", "2205", "2206", "3734", "3769",
			"4089", "4096", "4191");

	private static final int OID_BYTES = 4;

	private final CatalogDefinition definition;

	private final String text;

	private final @Nullable Map<Integer, String> columns;

	private final StringBuilder result;

	private int position;

	private String field = "";

	private String constantType = "";

	private String constantLength = "";

	private String relation = "";

	NodeTree(CatalogDefinition definition, String text, @Nullable Map<Integer, String> columns) {
		this.definition = definition;
		this.text = text;
		// In a query the numbers of columns are those of several tables
		this.columns = text.contains("{QUERY") ? null : columns;
		this.result = new StringBuilder(text.length());
	}

	String rewrite() {
		while (this.position < this.text.length()) {
			char ch = this.text.charAt(this.position);
			if (isDelimiter(ch)) {
				this.position++;
				if (ch == '[') {
					constant();
				}
				else {
					this.result.append(ch);
				}
			}
			else {
				token(next());
			}
		}
		return this.result.toString();
	}

	private void token(String token) {
		if (token.charAt(0) == ':') {
			this.field = token;
			if (!PLACES.contains(token)) {
				this.result.append(token);
			}
			return;
		}
		switch (this.field) {
			case ":consttype" -> this.constantType = token;
			case ":constlen" -> this.constantLength = token;
			case ":varno" -> this.relation = token;
			default -> {
			}
		}
		if (!PLACES.contains(this.field)) {
			this.result.append(rewritten(token));
		}
	}

	private String rewritten(String token) {
		if (!isNumber(token) || this.field.endsWith("typmod") || this.field.endsWith("Mod")
				|| this.field.equals(":constvalue")) {
			return token;
		}
		if (this.field.equals(":varattno")) {
			return this.relation.equals("1") ? CatalogDefinition.column(token, this.columns) : token;
		}
		return (token.length() > OID_BYTES && token.length() <= 10) ? this.definition.oid(Long.parseLong(token))
				: token;
	}

	/**
	 * The bytes of a constant, the lowest first, as all machines have it on which
	 * PostgreSQL is common; on another one the bytes stay as they are.
	 */
	private void constant() {
		int end = Math.max(this.position, this.text.indexOf(']', this.position));
		String bytes = this.text.substring(this.position, end).strip();
		this.position = end + 1;
		this.result.append('[').append(holdsOid() ? this.definition.oid(littleEndian(bytes)) : bytes).append(']');
	}

	/**
	 * A value of an enum is an oid too.
	 */
	private boolean holdsOid() {
		return this.constantLength.equals("4")
				&& (REG_TYPES.contains(this.constantType) || this.definition.isOfUser(this.constantType));
	}

	private static long littleEndian(String bytes) {
		String[] values = bytes.split(" +");
		long value = 0;
		for (int i = 0; i < Math.min(OID_BYTES, values.length); i++) {
			value |= (Integer.parseInt(values[i]) & 0xFFL) << (Byte.SIZE * i);
		}
		return value;
	}

	/**
	 * A backslash makes the next character an ordinary one.
	 */
	private String next() {
		int start = this.position;
		while (this.position < this.text.length() && !isDelimiter(this.text.charAt(this.position))) {
			this.position += (this.text.charAt(this.position) == '\\') ? 2 : 1;
		}
		this.position = Math.min(this.position, this.text.length());
		return this.text.substring(start, this.position);
	}

	private static boolean isDelimiter(char ch) {
		return ch == ' ' || ch == '\n' || ch == '\t' || ch == '(' || ch == ')' || ch == '{' || ch == '}' || ch == '['
				|| ch == ']';
	}

	private static boolean isNumber(String token) {
		for (int i = 0; i < token.length(); i++) {
			if (token.charAt(i) < '0' || token.charAt(i) > '9') {
				return false;
			}
		}
		return true;
	}

}

package dev.pgkeel.schema;

/**
 * How a statement is written that comes out differently the second time, where nobody
 * knows better.
 */
enum ProofRewrite {

	/**
	 * It fails.
	 */
	FAILURE("Write IF NOT EXISTS, IF EXISTS or OR REPLACE where PostgreSQL has it, and else a DO block that looks into"
			+ " the catalog first"),

	/**
	 * It creates something more.
	 */
	CREATED("Give what it creates a name, and write IF NOT EXISTS, or a DO block that looks into the catalog first"),

	/**
	 * It changes something back or further.
	 */
	ALTERED("Write a DO block that looks into the catalog whether there is anything left to do"),

	/**
	 * It takes away what another statement then makes anew.
	 */
	RECREATED("Leave the DROP out, and write CREATE ... IF NOT EXISTS, or say above it that the loss is meant:"
			+ " -- pgkeel:allow-loss <object> <reason>"),

	/**
	 * It writes rows.
	 */
	ROWS("Write ON CONFLICT DO NOTHING, or a condition that does not hold any more when it has run");

	private final String text;

	ProofRewrite(String text) {
		this.text = text;
	}

	@Override
	public String toString() {
		return this.text;
	}

}

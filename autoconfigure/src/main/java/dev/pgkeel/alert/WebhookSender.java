package dev.pgkeel.alert;

/**
 * Sends one message to the webhook. Whoever implements it keeps the address to itself:
 * whoever knows it may write to the channel.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface WebhookSender {

	/**
	 * Sends a message.
	 * @param json the message
	 * @return what became of it
	 * @throws InterruptedException if the application does not want to wait any longer
	 */
	Outcome send(String json) throws InterruptedException;

	/**
	 * What became of a message.
	 *
	 * @param delivered whether it was taken
	 * @param retryable whether it is worth another attempt
	 * @param reason why it was not taken, without the address
	 */
	record Outcome(boolean delivered, boolean retryable, String reason) {

		/**
		 * Judges an answer.
		 * @param status the status of HTTP
		 * @return what became of the message
		 */
		public static Outcome of(int status) {
			boolean worthIt = status >= 500 || status == 408 || status == 429;
			return new Outcome(status >= 200 && status < 300, worthIt, "it answers with status " + status);
		}

		/**
		 * Judges a failure.
		 * @param failure the failure, of which nothing but the class is told: its message
		 * may hold the address
		 * @return what became of the message
		 */
		public static Outcome of(Throwable failure) {
			Throwable root = failure;
			while (root.getCause() != null && root.getCause() != root) {
				root = root.getCause();
			}
			return new Outcome(false, true, "it cannot be reached (" + root.getClass().getSimpleName() + ")");
		}

	}

}

package dev.pgkeel.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import dev.pgkeel.alert.WebhookSender;

import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/**
 * Sends messages through Spring's HTTP client. Not through the application's own: its
 * interceptors and observations would make the address known.
 */
final class RestClientWebhookSender implements WebhookSender {

	private final URI address;

	private final Duration timeout;

	/**
	 * Creates a sender.
	 * @param url the webhook's address
	 * @param timeout how long it may take to answer
	 * @throws WebhookUrlException if that is no address of a webhook
	 */
	RestClientWebhookSender(String url, Duration timeout) {
		this.address = address(url);
		this.timeout = timeout;
	}

	private static URI address(String url) {
		URI address;
		try {
			address = URI.create(url.strip());
		}
		catch (IllegalArgumentException ex) {
			// Its message has the address
			throw new WebhookUrlException();
		}
		boolean http = "https".equalsIgnoreCase(address.getScheme()) || "http".equalsIgnoreCase(address.getScheme());
		if (!http || address.getHost() == null) {
			throw new WebhookUrlException();
		}
		return address;
	}

	/**
	 * The JDK's client keeps a thread while it is there, and messages are rare: each has
	 * a client of its own. On its own it asks a server without TLS for HTTP/2 with each
	 * message, and some lose the body over that.
	 */
	private RestClient client() {
		JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(
				HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(this.timeout).build());
		factory.setReadTimeout(this.timeout);
		return RestClient.builder().requestFactory(factory).build();
	}

	@Override
	public Outcome send(String json) throws InterruptedException {
		try {
			return client().post()
				.uri(this.address)
				.contentType(MediaType.APPLICATION_JSON)
				.body(json.getBytes(StandardCharsets.UTF_8))
				.exchangeForRequiredValue((request, response) -> Outcome.of(response.getStatusCode().value()));
		}
		catch (ResourceAccessException ex) {
			if (Thread.interrupted()) {
				throw new InterruptedException();
			}
			return Outcome.of(ex);
		}
	}

}

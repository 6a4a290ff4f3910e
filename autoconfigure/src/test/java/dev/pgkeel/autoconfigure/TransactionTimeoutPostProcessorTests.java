package dev.pgkeel.autoconfigure;

import java.util.List;
import java.util.stream.Stream;

import dev.pgkeel.transaction.TransactionTimeoutInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.interceptor.DebugInterceptor;
import org.springframework.transaction.interceptor.TransactionInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TransactionTimeoutPostProcessor}. That it does what it is for is
 * tested with {@link PgkeelTransactionAutoConfiguration}.
 */
class TransactionTimeoutPostProcessorTests {

	private final TransactionTimeoutPostProcessor processor = new TransactionTimeoutPostProcessor(
			new TransactionTimeoutInterceptor(List::of));

	private final ProxyFactory proxies = new ProxyFactory((Runnable) () -> {
	});

	@Test
	void comesRightBeforeSpringsInterceptor() {
		this.proxies.addAdvice(new DebugInterceptor());
		this.proxies.addAdvice(new TransactionInterceptor());
		assertThat(adviceAfter(this.proxies.getProxy())).containsExactly("DebugInterceptor",
				"TransactionTimeoutInterceptor", "TransactionInterceptor");
	}

	@Test
	void proxyThatComesAlongTwiceIsAdvisedOnce() {
		this.proxies.addAdvice(new TransactionInterceptor());
		Object proxy = this.proxies.getProxy();
		this.processor.getEarlyBeanReference(proxy, "bean");
		assertThat(adviceAfter(proxy)).containsExactly("TransactionTimeoutInterceptor", "TransactionInterceptor");
	}

	@Test
	void proxyWithoutTransactionsIsLeftAlone() {
		this.proxies.addAdvice(new DebugInterceptor());
		assertThat(adviceAfter(this.proxies.getProxy())).containsExactly("DebugInterceptor");
	}

	@Test
	void frozenProxyIsLeftAlone() {
		this.proxies.addAdvice(new TransactionInterceptor());
		this.proxies.setFrozen(true);
		assertThat(adviceAfter(this.proxies.getProxy())).containsExactly("TransactionInterceptor");
	}

	private List<String> adviceAfter(Object proxy) {
		Advised processed = (Advised) this.processor.postProcessAfterInitialization(proxy, "bean");
		return Stream.of(processed.getAdvisors())
			.map((advisor) -> advisor.getAdvice().getClass().getSimpleName())
			.toList();
	}

}

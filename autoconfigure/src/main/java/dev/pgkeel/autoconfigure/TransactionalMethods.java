package dev.pgkeel.autoconfigure;

import java.lang.reflect.Method;

import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * The methods that are {@code @Transactional}, as Spring's own advisor sees them.
 */
final class TransactionalMethods extends StaticMethodMatcherPointcut {

	private final ObjectProvider<TransactionAttributeSource> attributes;

	TransactionalMethods(ObjectProvider<TransactionAttributeSource> attributes) {
		this.attributes = attributes;
		setClassFilter(this::isCandidate);
	}

	private boolean isCandidate(Class<?> type) {
		TransactionAttributeSource source = this.attributes.getIfAvailable();
		return source != null && source.isCandidateClass(type);
	}

	@Override
	public boolean matches(Method method, Class<?> type) {
		TransactionAttributeSource source = this.attributes.getIfAvailable();
		return source != null && source.hasTransactionAttribute(method, type);
	}

}

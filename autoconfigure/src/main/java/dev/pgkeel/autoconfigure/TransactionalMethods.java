package dev.pgkeel.autoconfigure;

import java.lang.reflect.Method;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.BeanCurrentlyInCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * The methods that are {@code @Transactional}, as Spring's own advisor sees them.
 */
final class TransactionalMethods extends StaticMethodMatcherPointcut {

	private final ObjectProvider<TransactionAttributeSource> attributes;

	private volatile @Nullable TransactionAttributeSource source;

	TransactionalMethods(ObjectProvider<TransactionAttributeSource> attributes) {
		this.attributes = attributes;
		setClassFilter(this::isCandidate);
	}

	private boolean isCandidate(Class<?> type) {
		TransactionAttributeSource source = source();
		return source != null && source.isCandidateClass(type);
	}

	@Override
	public boolean matches(Method method, Class<?> type) {
		TransactionAttributeSource source = source();
		return source != null && source.hasTransactionAttribute(method, type);
	}

	private @Nullable TransactionAttributeSource source() {
		TransactionAttributeSource known = this.source;
		if (known == null) {
			try {
				known = this.attributes.getIfUnique();
				this.source = known;
			}
			catch (BeanCreationException ex) {
				// What the source itself is made of is looked at too
				if (!(ex.getMostSpecificCause() instanceof BeanCurrentlyInCreationException)) {
					throw ex;
				}
			}
		}
		return known;
	}

}

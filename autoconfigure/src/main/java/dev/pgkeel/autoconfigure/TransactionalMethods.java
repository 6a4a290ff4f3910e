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

	private final ThreadLocal<Boolean> asking = ThreadLocal.withInitial(() -> false);

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
		return (known != null || this.asking.get()) ? known : find();
	}

	/**
	 * What the source itself is made of is looked at too. Where circular references are
	 * allowed, and in an application that was processed ahead of time, that would go on
	 * for ever.
	 */
	private @Nullable TransactionAttributeSource find() {
		this.asking.set(true);
		try {
			TransactionAttributeSource found = this.attributes.getIfUnique();
			this.source = found;
			return found;
		}
		catch (BeanCreationException ex) {
			if (!(ex.getMostSpecificCause() instanceof BeanCurrentlyInCreationException)) {
				throw ex;
			}
			return null;
		}
		finally {
			this.asking.remove();
		}
	}

}

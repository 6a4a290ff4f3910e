package dev.pgkeel.transaction;

import dev.pgkeel.OnVirtualThreads;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of transactions once more, on virtual threads. The build leaves them out
 * where they would be skipped.
 */
@Tag("jdk25")
@EnabledForJreRange(min = JRE.JAVA_25)
class VirtualThreadTests {

	@Nested
	@ExtendWith(OnVirtualThreads.class)
	class Guard extends TransactionGuardTests {

	}

	@Nested
	@ExtendWith(OnVirtualThreads.class)
	class Retry extends TransactionRetryTests {

	}

	@Nested
	@ExtendWith(OnVirtualThreads.class)
	class Propagation extends PropagationTests {

	}

}

package dev.pgkeel.lease;

import dev.pgkeel.OnVirtualThreads;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The tests of leaks once more, on virtual threads. The build leaves them out where they
 * would be skipped.
 */
@Tag("jdk25")
@EnabledForJreRange(min = JRE.JAVA_25)
class VirtualThreadTests {

	@Nested
	@ExtendWith(OnVirtualThreads.class)
	class Reclaim extends ReclaimTests {

	}

}

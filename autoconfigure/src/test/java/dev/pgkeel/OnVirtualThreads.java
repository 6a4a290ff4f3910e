package dev.pgkeel;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

import org.springframework.core.task.SimpleAsyncTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs each test on a virtual thread, and sees to it that none of ours pinned its
 * carrier.
 */
public class OnVirtualThreads implements InvocationInterceptor, BeforeAllCallback, AfterAllCallback {

	private static final String PINNED = "jdk.VirtualThreadPinned";

	/**
	 * What the JVM calls to link a call that runs for the first time.
	 */
	private static final String LINKING = "java.lang.invoke.MethodHandleNatives";

	private static final String INITIALIZING = "Waited for initialization of";

	private static final String SELF = OnVirtualThreads.class.getName();

	private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace
		.create(OnVirtualThreads.class);

	@Override
	public void beforeAll(ExtensionContext context) {
		Recording recording = new Recording();
		recording.enable(PINNED).withThreshold(Duration.ZERO).withStackTrace();
		recording.start();
		context.getStore(NAMESPACE).put(Recording.class, recording);
	}

	@Override
	public void afterAll(ExtensionContext context) throws IOException {
		Recording recording = context.getStore(NAMESPACE).remove(Recording.class, Recording.class);
		Path file = Files.createTempFile("pinned", ".jfr");
		try (recording) {
			recording.stop();
			recording.dump(file);
			List<RecordedEvent> events = RecordingFile.readAllEvents(file);
			assertThat(events).filteredOn((event) -> event.getEventType().getName().equals(PINNED))
				.filteredOn(OnVirtualThreads::isOurs)
				.isEmpty();
		}
		finally {
			Files.delete(file);
		}
	}

	/**
	 * While the JVM loads a class, waits for another thread to initialize it, or links a
	 * call, a virtual thread cannot leave its carrier. That happens once per class or
	 * place, and whatever the code there does.
	 */
	private static boolean isOurs(RecordedEvent event) {
		RecordedStackTrace stack = event.getStackTrace();
		if (stack == null) {
			return true;
		}
		if (event.getString("pinnedReason").startsWith(INITIALIZING)) {
			return false;
		}
		List<RecordedMethod> methods = stack.getFrames().stream().map(RecordedFrame::getMethod).toList();
		return methods.stream().noneMatch(OnVirtualThreads::happensOnce)
				&& methods.stream().map((method) -> method.getType().getName()).anyMatch(OnVirtualThreads::isOurs);
	}

	private static boolean happensOnce(RecordedMethod method) {
		return method.getType().getName().equals(LINKING) || method.getName().equals("loadClass")
				|| method.getName().equals("<clinit>");
	}

	private static boolean isOurs(String type) {
		return type.startsWith("dev.pgkeel.") && !type.contains("Tests") && !type.startsWith(SELF);
	}

	@Override
	public void interceptTestMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method,
			ExtensionContext context) throws Throwable {
		run(invocation);
	}

	@Override
	public void interceptTestTemplateMethod(Invocation<Void> invocation, ReflectiveInvocationContext<Method> method,
			ExtensionContext context) throws Throwable {
		run(invocation);
	}

	private static void run(Invocation<Void> invocation) throws Throwable {
		CompletableFuture<Void> done = new CompletableFuture<>();
		try (SimpleAsyncTaskExecutor threads = new SimpleAsyncTaskExecutor("virtual-")) {
			threads.setVirtualThreads(true);
			threads.execute(() -> {
				try {
					done.complete(invocation.proceed());
				}
				catch (Throwable ex) {
					done.completeExceptionally(ex);
				}
			});
			done.get();
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
	}

}

package dev.pgkeel.actuate.console;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.pgkeel.server.ServerSnapshot;
import dev.pgkeel.server.SessionGroup;

/**
 * Who holds the server's sessions.
 *
 * @param applications the applications, the largest first
 * @param more how many applications were left out
 * @since 0.1.0
 */
public record WhoView(List<ApplicationView> applications, int more) {

	private static final int MOST = 40;

	static WhoView of(ServerSnapshot snapshot) {
		Map<String, Map<String, Integer>> byName = new TreeMap<>();
		for (SessionGroup group : snapshot.sessions()) {
			byName.computeIfAbsent(group.application(), (name) -> new TreeMap<>())
				.merge(group.state(), group.sessions(), Integer::sum);
		}
		List<ApplicationView> applications = new ArrayList<>();
		byName.forEach((name, states) -> applications
			.add(new ApplicationView(name, states.values().stream().mapToInt(Integer::intValue).sum(), states)));
		applications.sort(Comparator.comparingInt(ApplicationView::sessions).reversed());
		return new WhoView(applications.stream().limit(MOST).toList(), Math.max(0, applications.size() - MOST));
	}

	/**
	 * One application.
	 *
	 * @param name its name
	 * @param sessions how many sessions it has
	 * @param states its sessions by state
	 */
	public record ApplicationView(String name, int sessions, Map<String, Integer> states) {

	}

}

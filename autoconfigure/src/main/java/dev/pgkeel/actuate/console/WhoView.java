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

	private static final int MOST_APPLICATIONS = 40;

	/**
	 * Of all applications together, so that the page stays small.
	 */
	private static final int MOST_INSTANCES = 100;

	static WhoView of(ServerSnapshot snapshot) {
		Map<String, List<SessionGroup>> byName = new TreeMap<>();
		for (SessionGroup group : snapshot.sessions()) {
			byName.computeIfAbsent(group.application(), (name) -> new ArrayList<>()).add(group);
		}
		List<ApplicationView> applications = new ArrayList<>();
		byName.forEach((name, groups) -> applications.add(ApplicationView.of(name, groups)));
		applications.sort(Comparator.comparingInt(ApplicationView::sessions).reversed());
		List<ApplicationView> shown = new ArrayList<>();
		int instances = MOST_INSTANCES;
		for (ApplicationView application : applications.subList(0, Math.min(MOST_APPLICATIONS, applications.size()))) {
			ApplicationView some = application.withInstances(instances);
			instances -= some.instances().size();
			shown.add(some);
		}
		return new WhoView(List.copyOf(shown), Math.max(0, applications.size() - MOST_APPLICATIONS));
	}

	private static Map<String, Integer> statesOf(List<SessionGroup> groups) {
		Map<String, Integer> states = new TreeMap<>();
		groups.forEach((group) -> states.merge(group.state(), group.sessions(), Integer::sum));
		return states;
	}

	private static int count(List<SessionGroup> groups) {
		return groups.stream().mapToInt(SessionGroup::sessions).sum();
	}

	/**
	 * One application.
	 *
	 * @param name its name
	 * @param sessions how many sessions it has
	 * @param states its sessions by state
	 * @param instances its instances, the largest first, as far as it tells them apart
	 * @param moreInstances how many instances were left out
	 */
	public record ApplicationView(String name, int sessions, Map<String, Integer> states, List<InstanceView> instances,
			int moreInstances) {

		static ApplicationView of(String name, List<SessionGroup> groups) {
			Map<String, List<SessionGroup>> byInstance = new TreeMap<>();
			groups.stream()
				.filter((group) -> !group.instance().isEmpty())
				.forEach((group) -> byInstance.computeIfAbsent(group.instance(), (id) -> new ArrayList<>()).add(group));
			List<InstanceView> instances = new ArrayList<>();
			byInstance.forEach((id, own) -> instances.add(new InstanceView(id, count(own), statesOf(own))));
			instances.sort(Comparator.comparingInt(InstanceView::sessions).reversed());
			return new ApplicationView(name, count(groups), statesOf(groups), instances, 0);
		}

		ApplicationView withInstances(int most) {
			int shown = Math.min(most, this.instances.size());
			return new ApplicationView(this.name, this.sessions, this.states,
					List.copyOf(this.instances.subList(0, shown)), this.instances.size() - shown);
		}

	}

	/**
	 * One instance.
	 *
	 * @param id what tells it apart
	 * @param sessions how many sessions it has
	 * @param states its sessions by state
	 */
	public record InstanceView(String id, int sessions, Map<String, Integer> states) {

	}

}

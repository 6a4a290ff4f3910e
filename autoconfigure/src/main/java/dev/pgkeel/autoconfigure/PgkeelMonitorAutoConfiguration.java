package dev.pgkeel.autoconfigure;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.pgkeel.alert.AlertNotifier;
import dev.pgkeel.alert.AlertNotifiers;
import dev.pgkeel.alert.AlertPolicy;
import dev.pgkeel.alert.ConnectionAlertEvent;
import dev.pgkeel.alert.ConnectionAlerts;
import dev.pgkeel.alert.LoggingNotifier;
import dev.pgkeel.lease.GuardedDataSource;
import dev.pgkeel.lease.PoolLeases;
import dev.pgkeel.pool.ActiveProfile;
import dev.pgkeel.pool.RuntimeProfile;
import dev.pgkeel.server.ApplicationInstance;
import dev.pgkeel.server.BorrowedConnection;
import dev.pgkeel.server.ChosenConnection;
import dev.pgkeel.server.DatabaseTarget;
import dev.pgkeel.server.DirectConnection;
import dev.pgkeel.server.KnownServer;
import dev.pgkeel.server.KnownServers;
import dev.pgkeel.server.LastSlot;
import dev.pgkeel.server.MonitorMode;
import dev.pgkeel.server.MonitorSchedule;
import dev.pgkeel.server.PollListener;
import dev.pgkeel.server.Pooler;
import dev.pgkeel.server.Preflight;
import dev.pgkeel.server.Refusals;
import dev.pgkeel.server.Sentinel;
import dev.pgkeel.server.ServerMonitor;
import dev.pgkeel.server.ServerSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.HierarchicalBeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of the monitor and its alerts. A context without a data source of
 * its own shares those of its parent, so that a pool has one monitor.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(
		after = { PgkeelAutoConfiguration.class, PgkeelPoolAutoConfiguration.class, DataSourceAutoConfiguration.class })
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@ConditionalOnSingleCandidate(DataSource.class)
@ConditionalOnNotInherited(bean = "pgkeelServerMonitor", unlessOwn = DataSource.class)
@ConditionalOnSwitch("pgkeel.monitor.enabled")
public class PgkeelMonitorAutoConfiguration {

	private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

	private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(2);

	private static final Duration SOON = Duration.ofSeconds(5);

	@Bean
	Refusals pgkeelRefusals() {
		return new Refusals();
	}

	@Bean
	@ConditionalOnSwitch("pgkeel.alert.enabled")
	ConnectionAlerts pgkeelConnectionAlerts(PgkeelProperties properties, Refusals pgkeelRefusals,
			ApplicationInstance pgkeelApplicationInstance, LazyDataSource pgkeelLazyDataSource,
			ObjectProvider<AlertNotifier> others, ApplicationEventPublisher events) {
		AlertProperties.Thresholds thresholds = properties.alert().thresholds();
		AlertNotifier log = new LoggingNotifier();
		AlertNotifier application = (alert) -> events.publishEvent(new ConnectionAlertEvent(this, alert));
		Supplier<List<AlertNotifier>> notifiers = SingletonSupplier.of(() -> others.orderedStream().toList());
		AlertNotifier rest = new AlertNotifiers(notifiers);
		return new ConnectionAlerts(new AlertPolicy(thresholds.alert(), thresholds.page(), thresholds.panic()),
				pgkeelRefusals, waiting(pgkeelLazyDataSource), pgkeelApplicationInstance,
				List.of(log, application, rest), Clock.systemUTC());
	}

	private static IntSupplier waiting(LazyDataSource dataSource) {
		return () -> {
			HikariDataSource pool = DatabaseTarget.pool(dataSource.get());
			HikariPoolMXBean figures = (pool != null) ? pool.getHikariPoolMXBean() : null;
			return (figures != null) ? figures.getThreadsAwaitingConnection() : 0;
		};
	}

	@Bean
	ServerMonitor pgkeelServerMonitor(PgkeelProperties properties, DirectWay pgkeelDirectWay,
			LazyDataSource pgkeelLazyDataSource, ObjectProvider<KnownServers> pgkeelKnownServers,
			ApplicationInstance pgkeelApplicationInstance, Refusals pgkeelRefusals,
			ObjectProvider<PollListener> listeners, ActiveProfile pgkeelActiveProfile, HierarchicalBeanFactory beans) {
		Supplier<HikariDataSource> pool = () -> Objects.requireNonNull(DatabaseTarget.pool(pgkeelLazyDataSource.get()));
		DirectConnection direct = pgkeelDirectWay.connection();
		// What the direct way does without is known when the pool is made
		Sentinel sentinel = new Sentinel(
				() -> new Preflight(pool.get(), pgkeelDirectWay.connection(), CONNECT_TIMEOUT).connectBare(),
				pgkeelApplicationInstance, STATEMENT_TIMEOUT);
		BorrowedConnection borrowed = new BorrowedConnection(pool,
				() -> new Preflight(pool.get(), null, CONNECT_TIMEOUT).connectBare());
		MonitorProperties monitor = properties.monitor();
		FleetProperties fleet = properties.fleet();
		int instances = (fleet.instances() != null) ? fleet.instances() : 1;
		MonitorMode wish = (pgkeelActiveProfile.profile() == RuntimeProfile.SERVERLESS) ? MonitorMode.BORROWED
				: monitor.connection();
		ChosenConnection connection = new ChosenConnection(
				() -> choose(wish, server(pool.get(), pgkeelKnownServers), instances,
						direct != null && DatabaseTarget.ofPool(pool.get()) == DatabaseTarget.POSTGRESQL),
				sentinel, borrowed);
		Duration soon = (SOON.compareTo(monitor.interval()) < 0) ? SOON : monitor.interval();
		ServerMonitor created = new ServerMonitor(connection, new MonitorSchedule(monitor.interval(), soon),
				pgkeelRefusals, own(listeners, beans), Clock.systemUTC(), new Random());
		created.watchLimitOf(() -> pgkeelDirectWay.roleOf(pool.get()));
		return created;
	}

	/**
	 * Those of a parent context listen to the parent's monitor, which may ask another
	 * server.
	 */
	private static List<PollListener> own(ObjectProvider<PollListener> listeners, HierarchicalBeanFactory beans) {
		BeanFactory parent = beans.getParentBeanFactory();
		List<PollListener> inherited = (parent != null && parent.containsBean("pgkeelServerMonitor"))
				? parent.getBeanProvider(PollListener.class).stream().toList() : List.of();
		return listeners.orderedStream().filter((listener) -> !inherited.contains(listener)).toList();
	}

	private static @Nullable MonitorMode choose(MonitorMode wish, @Nullable KnownServer server, int instances,
			boolean direct) {
		boolean decided = server != null || (wish == MonitorMode.DEDICATED && direct);
		return decided ? wish.resolve(server, instances, direct) : null;
	}

	private static @Nullable KnownServer server(HikariDataSource pool, ObjectProvider<KnownServers> servers) {
		KnownServers known = servers.getIfAvailable();
		return (known != null) ? known.get(pool) : null;
	}

	/**
	 * A server that has not answered yet is asked later.
	 */
	private static boolean isSupported(@Nullable KnownServer server) {
		return server == null || server.facts().isSupported();
	}

	@Bean
	static LazyDataSource pgkeelLazyDataSource(ObjectProvider<DataSource> dataSource) {
		return new LazyDataSource(dataSource);
	}

	/**
	 * Where the process is frozen between requests, the monitor only asks when others ask
	 * it. Where there is no pool of HikariCP's on a supported PostgreSQL, it never does.
	 */
	@Bean
	MonitorLifecycle pgkeelMonitorLifecycle(ServerMonitor pgkeelServerMonitor, ActiveProfile pgkeelActiveProfile,
			LazyDataSource pgkeelLazyDataSource, Refusals pgkeelRefusals,
			ObjectProvider<KnownServers> pgkeelKnownServers, DirectWay pgkeelDirectWay, ListableBeanFactory beans) {
		pgkeelRefusals.onTimeout(pgkeelServerMonitor::hurry);
		boolean onDemand = pgkeelActiveProfile.profile() == RuntimeProfile.SERVERLESS;
		SingletonSupplier<Boolean> ours = SingletonSupplier
			.of(() -> beans.getBeanNamesForType(DataSource.class, true, false).length > 0);
		WatchedPool watched = new WatchedPool(pgkeelLazyDataSource::get, ours::obtain, pgkeelRefusals);
		if (!pgkeelLazyDataSource.isMissing()) {
			watched.pool();
		}
		return new MonitorLifecycle(pgkeelServerMonitor, pgkeelLazyDataSource, () -> {
			HikariDataSource pool = watched.pool();
			if (pool instanceof GuardedDataSource guarded) {
				guarded.awaitStart();
			}
			return pool != null && isSupported(server(pool, pgkeelKnownServers));
		}, onDemand, () -> {
			boolean direct = pgkeelDirectWay.connection() != null;
			watched.listen((pool) -> {
				pool.whenFull(pgkeelServerMonitor::giveWay);
				PoolLeases leases = watched.leases(pool);
				if (leases != null && !onDemand) {
					askWith(pgkeelServerMonitor, leases, () -> server(pool, pgkeelKnownServers), direct);
				}
			});
			pgkeelServerMonitor.addListener(new LastSlot(pgkeelServerMonitor, watched::pool, pgkeelRefusals));
			if (!onDemand) {
				showSessions(pgkeelServerMonitor, watched, pgkeelKnownServers);
			}
		});
	}

	/**
	 * Lets the leases ask on the monitor's connection. Behind a pooler the driver does
	 * not know which process serves it: a connection in the pool's own way notices, one
	 * to the server itself cannot.
	 */
	private static void askWith(ServerMonitor monitor, PoolLeases leases, Supplier<@Nullable KnownServer> server,
			boolean direct) {
		leases.probeWith((pids) -> {
			KnownServer known = server.get();
			return (!direct || known == null || known.pooler() == Pooler.DIRECT) ? monitor.sessions(pids) : Map.of();
		});
	}

	/**
	 * Lets the monitor look at the leases' sessions, where the driver knows them.
	 */
	private static void showSessions(ServerMonitor monitor, WatchedPool watched, ObjectProvider<KnownServers> servers) {
		monitor.watch(() -> {
			HikariDataSource pool = watched.pool();
			PoolLeases leases = watched.leases(pool);
			KnownServer known = (pool != null) ? server(pool, servers) : null;
			return (leases != null && known != null && known.pooler() == Pooler.DIRECT) ? leases.watch() : Set.of();
		});
		monitor.addListener((state) -> {
			ServerSnapshot snapshot = state.snapshot();
			PoolLeases leases = watched.leases(watched.pool());
			if (leases != null && snapshot != null && state.failure() == null) {
				leases.seen(snapshot.seen());
			}
			return false;
		});
	}

}

package dev.pgkeel.actuate.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import dev.pgkeel.server.DatabaseTarget;

import org.springframework.aop.framework.AopInfrastructureBean;

/**
 * The figures of all pools of HikariCP's that lead to PostgreSQL.
 *
 * @since 0.1.0
 */
public final class ConsolePools implements Supplier<List<PoolView>>, AopInfrastructureBean {

	private final Supplier<Map<String, DataSource>> dataSources;

	/**
	 * Creates figures.
	 * @param dataSources tells the data sources by the names of their beans
	 */
	public ConsolePools(Supplier<Map<String, DataSource>> dataSources) {
		this.dataSources = dataSources;
	}

	@Override
	public List<PoolView> get() {
		List<PoolView> figures = new ArrayList<>();
		this.dataSources.get().forEach((beanName, dataSource) -> {
			HikariDataSource pool = DatabaseTarget.pool(dataSource);
			if (pool != null && !pool.isClosed() && DatabaseTarget.ofPool(pool) != DatabaseTarget.OTHER) {
				figures.add(PoolView.of(beanName, pool));
			}
		});
		return figures;
	}

}

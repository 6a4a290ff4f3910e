package dev.pgkeel.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;

/**
 * Auto-configuration of the guard against other tools that drop tables with rows.
 *
 * @since 0.1.0
 */
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(after = PgkeelAutoConfiguration.class)
@ConditionalOnBean(name = PgkeelAutoConfiguration.ACTIVE)
@Import(ToolGuard.class)
@ImportRuntimeHints(ToolRuntimeHints.class)
public class PgkeelToolGuardAutoConfiguration {

}

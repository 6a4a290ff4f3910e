package dev.pgkeel;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.jspecify.annotations.NullMarked;

import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests for the arrows between packages that {@code docs/architecture.md} draws.
 */
@AnalyzeClasses(packages = "dev.pgkeel",
		importOptions = { ImportOption.DoNotIncludeTests.class, ArchitectureTests.OnlyThisModule.class })
class ArchitectureTests {

	@ArchTest
	final ArchRule arrows = Architectures.layeredArchitecture()
		.consideringOnlyDependenciesInAnyPackage("dev.pgkeel..")
		.layer("root")
		.definedBy("dev.pgkeel")
		.layer("server")
		.definedBy("dev.pgkeel.server")
		.layer("pool")
		.definedBy("dev.pgkeel.pool")
		.layer("lease")
		.definedBy("dev.pgkeel.lease")
		.layer("tls")
		.definedBy("dev.pgkeel.tls")
		.layer("schema")
		.definedBy("dev.pgkeel.schema")
		.layer("lint")
		.definedBy("dev.pgkeel.schema.lint")
		.layer("transaction")
		.definedBy("dev.pgkeel.transaction")
		.layer("alert")
		.definedBy("dev.pgkeel.alert")
		.layer("actuate")
		.definedBy("dev.pgkeel.actuate..")
		.layer("autoconfigure")
		.definedBy("dev.pgkeel.autoconfigure")
		.whereLayer("root")
		.mayNotAccessAnyLayer()
		.whereLayer("server")
		.mayNotAccessAnyLayer()
		.whereLayer("pool")
		.mayOnlyAccessLayers("root", "server")
		.whereLayer("lease")
		.mayOnlyAccessLayers("root", "server")
		.whereLayer("tls")
		.mayOnlyAccessLayers("root", "server")
		.whereLayer("schema")
		.mayOnlyAccessLayers("root", "server")
		.whereLayer("lint")
		.mayOnlyAccessLayers("root", "server", "schema")
		.whereLayer("lint")
		.mayOnlyBeAccessedByLayers("autoconfigure")
		.whereLayer("transaction")
		.mayOnlyAccessLayers("root", "server", "lease")
		.whereLayer("alert")
		.mayOnlyAccessLayers("root", "server")
		.whereLayer("actuate")
		.mayOnlyAccessLayers("root", "server", "pool", "lease", "tls", "schema", "transaction", "alert")
		.whereLayer("autoconfigure")
		.mayNotBeAccessedByAnyLayer();

	@ArchTest
	final ArchRule noCycles = SlicesRuleDefinition.slices().matching("dev.pgkeel.(**)").should().beFreeOfCycles();

	@ArchTest
	final ArchRule featuresKnowNoProperties = ArchRuleDefinition.noClasses()
		.that()
		.resideOutsideOfPackage("dev.pgkeel.autoconfigure")
		.should()
		.dependOnClassesThat()
		.areAnnotatedWith(ConfigurationProperties.class)
		.orShould()
		.dependOnClassesThat()
		.resideInAPackage("org.springframework.boot..autoconfigure..");

	@ArchTest
	final ArchRule autoConfigurationsArePublic = ArchRuleDefinition.classes()
		.that()
		.areAnnotatedWith(AutoConfiguration.class)
		.should()
		.bePublic()
		.andShould()
		.haveSimpleNameEndingWith("AutoConfiguration");

	/**
	 * A marked class is no configuration for Spring.
	 */
	@ArchTest
	final ArchRule aspectsMayMeetConfigurations = ArchRuleDefinition.classes()
		.that()
		.areMetaAnnotatedWith(Configuration.class)
		.should()
		.notHaveModifier(JavaModifier.FINAL);

	@ArchTest
	final ArchRule aspectsAreKeptFromProperties = ArchRuleDefinition.classes()
		.that()
		.areAnnotatedWith(ConfigurationProperties.class)
		.should()
		.beAssignableTo(AopInfrastructureBean.class);

	@ArchTest
	final ArchRule aspectsAreKeptFromFinalBeans = ArchRuleDefinition.methods()
		.that()
		.areMetaAnnotatedWith(Bean.class)
		.should(new ArchCondition<>("return no final class that aspects may meet") {

			@Override
			public void check(JavaMethod method, ConditionEvents events) {
				JavaClass bean = method.getRawReturnType();
				boolean kept = !bean.getPackageName().startsWith("dev.pgkeel")
						|| !bean.getModifiers().contains(JavaModifier.FINAL)
						|| bean.isAssignableTo(AopInfrastructureBean.class);
				events.add(new SimpleConditionEvent(method, kept, bean.getName() + " of " + method.getFullName()));
			}

		});

	@ArchTest
	final ArchRule packagesAreNullMarked = ArchRuleDefinition.classes()
		.should(new ArchCondition<>("be in a @NullMarked package") {

			@Override
			public void check(JavaClass type, ConditionEvents events) {
				JavaPackage location = type.getPackage();
				events.add(new SimpleConditionEvent(type, location.isAnnotatedWith(NullMarked.class),
						location.getName() + " of " + type.getName()));
			}

		});

	/**
	 * Leaves out the module that the tests start their servers with.
	 */
	static final class OnlyThisModule implements ImportOption {

		@Override
		public boolean includes(Location location) {
			return !location.contains("embedded");
		}

	}

}

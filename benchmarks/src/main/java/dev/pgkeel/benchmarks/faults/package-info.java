/**
 * What users see of faults, with pgkeel and with plain Spring Boot and HikariCP.
 */
@NullMarked
package dev.pgkeel.benchmarks.faults;

import org.jspecify.annotations.NullMarked;

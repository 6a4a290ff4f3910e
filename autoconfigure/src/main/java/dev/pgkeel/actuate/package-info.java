/**
 * What pgkeel knows, shown through Spring Boot Actuator.
 */
@NullMarked
package dev.pgkeel.actuate;

import org.jspecify.annotations.NullMarked;

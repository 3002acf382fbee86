/**
 * The doctor: looks at the JVM, the processor, the native libraries, the GPU and the data, and says what to do about each thing that
 * is missing.
 */
@NullMarked
package org.gatun.examples.doctor;

import org.jspecify.annotations.NullMarked;

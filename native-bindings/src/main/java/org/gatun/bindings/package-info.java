/**
 * The native libraries that Gatun calls: where they are looked for, how they are loaded, and typed wrappers that turn
 * status codes into exceptions.
 */
@NullMarked
package org.gatun.bindings;

import org.jspecify.annotations.NullMarked;

/**
 * {@code gatun mnist}: trains a network on handwritten digits, evaluates it, and writes what happened.
 */
@NullMarked
package org.gatun.examples.mnist;

import org.jspecify.annotations.NullMarked;

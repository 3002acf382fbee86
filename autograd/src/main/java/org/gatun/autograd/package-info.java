/**
 * Derivatives: tapes for training loops, functional transforms that nest to any depth, and the numeric checks that keep
 * both honest.
 */
@NullMarked
package org.gatun.autograd;

import org.jspecify.annotations.NullMarked;

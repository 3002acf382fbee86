/**
 * Optimizers that update parameters from their gradients, and schedules: pure functions from a step to a learning rate.
 */
@NullMarked
package org.gatun.optim;

import org.jspecify.annotations.NullMarked;

/**
 * Neural networks: modules that own parameters, layers, losses and checkpoints, under the names that PyTorch gives them.
 */
@NullMarked
package org.gatun.nn;

import org.jspecify.annotations.NullMarked;

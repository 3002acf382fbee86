/**
 * Linear algebra: products, norms, factorisations and solvers.
 */
@NullMarked
package org.gatun.tensor.linalg;

import org.jspecify.annotations.NullMarked;

/**
 * Tensors: n-dimensional arrays of one element type over native memory, with views, broadcasting and type promotion, and
 * the functions that create and combine them. This package is what users import.
 */
@NullMarked
package org.gatun.tensor;

import org.jspecify.annotations.NullMarked;

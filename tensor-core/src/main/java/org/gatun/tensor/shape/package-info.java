/**
 * The geometry of tensors: shapes, axes, strided layouts and the broadcasting rules between them. Everything here is an
 * immutable value.
 */
@NullMarked
package org.gatun.tensor.shape;

import org.jspecify.annotations.NullMarked;

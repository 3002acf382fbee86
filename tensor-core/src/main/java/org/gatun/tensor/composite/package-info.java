/**
 * Functions with a derivative of their own or a fused kernel: softmax and its relatives, losses, linear layers. Each is a record
 * of its parameters that brings a fallback in public operations.
 */
@NullMarked
package org.gatun.tensor.composite;

import org.jspecify.annotations.NullMarked;

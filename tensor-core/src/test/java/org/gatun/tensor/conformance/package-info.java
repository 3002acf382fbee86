/**
 * What every backend must do, checked against a slow interpreter of the operations in plain Java: samples of operands for each
 * operation and function, memory layouts, the reference, and the suite that compares a device with it.
 */
@NullMarked
package org.gatun.tensor.conformance;

import org.jspecify.annotations.NullMarked;

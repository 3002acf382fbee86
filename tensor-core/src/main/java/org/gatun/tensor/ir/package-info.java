/**
 * The operations as data: a closed set of parameter-only records and function enums, their shape rules, and the elementwise
 * expressions built from them. Every interpreter is an exhaustive switch over this package.
 */
@NullMarked
package org.gatun.tensor.ir;

import org.jspecify.annotations.NullMarked;

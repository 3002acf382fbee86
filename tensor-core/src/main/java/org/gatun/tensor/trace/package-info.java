/**
 * Dispatch: how an operation reaches the backend that runs it, or the innermost trace that interprets it instead.
 */
@NullMarked
package org.gatun.tensor.trace;

import org.jspecify.annotations.NullMarked;

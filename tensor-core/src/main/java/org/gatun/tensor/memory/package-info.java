/**
 * Native memory under tensors: reference-counted storage, caching allocators, scopes that free what they own, statistics
 * and leak detection.
 */
@NullMarked
package org.gatun.tensor.memory;

import org.jspecify.annotations.NullMarked;

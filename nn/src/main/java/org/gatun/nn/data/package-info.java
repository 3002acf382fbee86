/**
 * Datasets and the loaders that shuffle, batch and prefetch them.
 */
@NullMarked
package org.gatun.nn.data;

import org.jspecify.annotations.NullMarked;

/**
 * The deep-learning practical: every worked example and exercise, computed by Gatun beside its analytic answer.
 */
@NullMarked
package org.gatun.examples.practical;

import org.jspecify.annotations.NullMarked;

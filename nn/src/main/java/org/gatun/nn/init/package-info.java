/**
 * Initial values of parameters.
 */
@NullMarked
package org.gatun.nn.init;

import org.jspecify.annotations.NullMarked;

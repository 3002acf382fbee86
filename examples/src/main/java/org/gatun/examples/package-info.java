/**
 * The {@code gatun} command: its subcommands, the training examples and the practical behind them.
 */
@NullMarked
package org.gatun.examples;

import org.jspecify.annotations.NullMarked;

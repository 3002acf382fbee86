package org.gatun.examples.bench;

/**
 * PyTorch's time for a step over Gatun's: above 1 Gatun is faster.
 *
 * @param problem the problem
 * @param size its size
 * @param device where both ran
 * @param precision in which precision
 * @param ownMode how Gatun ran it
 * @param mode how PyTorch ran it
 * @param ratio PyTorch's seconds by Gatun's
 */
record Ratio(
        String problem, long size, String device, Precision precision, String ownMode, String mode, double ratio) {}

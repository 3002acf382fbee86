package org.gatun.examples.mnist;

/**
 * What one epoch gave.
 *
 * @param epoch its number, from 1
 * @param trainLoss the mean loss over the training samples during the epoch
 * @param testLoss the mean loss over the test samples after the epoch
 * @param testAccuracy the share of test samples that are classified right
 * @param seconds how long training took, without evaluation
 * @param samplesPerSecond training samples per second
 * @param peakNativeBytes the most native memory that tensors held during the epoch
 */
record EpochResult(
        int epoch,
        double trainLoss,
        double testLoss,
        double testAccuracy,
        double seconds,
        double samplesPerSecond,
        long peakNativeBytes) {}

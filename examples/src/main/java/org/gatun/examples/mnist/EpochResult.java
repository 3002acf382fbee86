package org.gatun.examples.mnist;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;

/**
 * What one epoch gave.
 *
 * @param epoch its number, from 1
 * @param trainLoss the mean loss over the training samples during the epoch
 * @param testLoss the mean loss over the test samples after the epoch
 * @param testAccuracy the share of test samples that are classified right
 * @param seconds how long training took, without evaluation
 * @param samplesPerSecond training samples per second
 * @param peakNativeBytes the most of the device's memory that tensors held during the epoch
 */
record EpochResult(
        int epoch,
        double trainLoss,
        double testLoss,
        double testAccuracy,
        double seconds,
        double samplesPerSecond,
        long peakNativeBytes) {

    /** The results of a run as one line of JSON, for its checkpoint. */
    static String format(List<EpochResult> results) throws JsonProcessingException {
        return new ObjectMapper().writeValueAsString(results);
    }

    /**
     * Reads what {@link #format} wrote.
     *
     * @throws IllegalArgumentException when it is no such text, or the epochs are not 1, 2, ..
     */
    static List<EpochResult> parse(String json) {
        EpochResult[] results;
        try {
            results = new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
                    .readValue(json, EpochResult[].class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "checkpoint: the metadata 'results' is damaged: " + e.getOriginalMessage(), e);
        }
        if (results == null) {
            throw new IllegalArgumentException("checkpoint: the metadata 'results' is null: it must list the epochs");
        }
        for (int i = 0; i < results.length; i++) {
            if (results[i] == null || results[i].epoch() != i + 1) {
                throw new IllegalArgumentException(
                        "checkpoint: the metadata 'results' does not list the epochs 1, 2, .. in order: " + json);
            }
        }
        return List.of(results);
    }
}

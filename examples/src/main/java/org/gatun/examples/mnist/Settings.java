package org.gatun.examples.mnist;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.gatun.nn.Checkpoint;
import org.jspecify.annotations.Nullable;

/**
 * What determines a run: the same settings give, on as many threads, the same losses.
 *
 * @param model the network
 * @param batch samples in a mini-batch
 * @param epochs passes over the training set
 * @param learningRate the first learning rate, which falls to 0 along half a cosine
 * @param seed the seed of parameters and order
 * @param limit how many of the training samples are used, or null for all
 * @param data {@code mnist} or {@code generated}
 */
record Settings(
        Network model,
        int batch,
        int epochs,
        double learningRate,
        long seed,
        @Nullable Long limit,
        String data) {
    /**
     * The settings that a checkpoint remembers.
     *
     * @throws IllegalArgumentException naming the entry that is missing or wrong
     */
    static Settings of(Checkpoint checkpoint) {
        return new Settings(
                entry(checkpoint, "model", Network::valueOf),
                entry(checkpoint, "batch", text -> positive(Integer.valueOf(text))),
                entry(checkpoint, "epochs", text -> positive(Integer.valueOf(text))),
                entry(checkpoint, "learningRate", text -> positive(Double.valueOf(text))),
                entry(checkpoint, "seed", Long::valueOf),
                checkpoint.metadata().containsKey("limit")
                        ? entry(checkpoint, "limit", text -> positive(Long.valueOf(text)))
                        : null,
                checkpoint.metadata("data"));
    }

    /**
     * One entry of a checkpoint's metadata.
     *
     * @throws IllegalArgumentException naming the entry when it is missing or wrong
     */
    static <T> T entry(Checkpoint checkpoint, String key, Function<String, T> parse) {
        String text = checkpoint.metadata(key);
        try {
            return parse.apply(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "checkpoint: the metadata '" + key + "' is '" + text + "', which is no value for it", e);
        }
    }

    private static <N extends Number> N positive(N number) {
        if (!(number.doubleValue() > 0 && number.doubleValue() < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(number + " must be more than 0");
        }
        return number;
    }

    /** The settings as a checkpoint's metadata. */
    Map<String, String> metadata() {
        var out = new LinkedHashMap<String, String>();
        out.put("model", model.name());
        out.put("batch", Integer.toString(batch));
        out.put("epochs", Integer.toString(epochs));
        out.put("learningRate", Double.toString(learningRate));
        out.put("seed", Long.toString(seed));
        if (limit != null) {
            out.put("limit", Long.toString(limit));
        }
        out.put("data", data);
        return out;
    }
}

package org.gatun.examples.mnist;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What determines a run: the same settings give the same losses.
 *
 * @param model the network
 * @param batch samples in a mini-batch
 * @param epochs passes over the training set
 * @param learningRate the first learning rate, which falls to 0 along half a cosine
 * @param seed the seed of parameters and order
 */
record Settings(Network model, int batch, int epochs, double learningRate, long seed) {
    Map<String, String> metadata() {
        var out = new LinkedHashMap<String, String>();
        out.put("model", model.name());
        out.put("batch", Integer.toString(batch));
        out.put("epochs", Integer.toString(epochs));
        out.put("learningRate", Double.toString(learningRate));
        out.put("seed", Long.toString(seed));
        return out;
    }
}

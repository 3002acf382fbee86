package org.gatun.nn.distributions;

import org.gatun.nn.distributions.Bernoulli.BinaryOdds;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Shape;

/** A distribution of what comes out of trials that each succeed with the probability p. */
abstract class Trials extends Distribution {
    private final BinaryOdds odds;

    Trials(BinaryOdds odds, Shape batch) {
        super(batch, Shape.SCALAR);
        this.odds = odds.broadcastTo(batch);
    }

    /** The probability of a success. */
    public final Tensor probs() {
        return odds.probs();
    }

    /** The logarithm of the odds of a success. */
    public final Tensor logits() {
        return odds.logits();
    }

    final BinaryOdds odds() {
        return odds;
    }
}

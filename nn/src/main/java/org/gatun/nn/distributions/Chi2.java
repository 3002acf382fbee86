package org.gatun.nn.distributions;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.shape.Shape;

/** The distribution of the sum of {@code df} squared standard normal numbers, as {@code torch.distributions.Chi2}. */
public final class Chi2 extends Gamma {
    /**
     * A chi-square distribution.
     *
     * @param df the degrees of freedom, positive
     * @throws IllegalArgumentException when they are not
     */
    public Chi2(Tensor df) {
        super(checked(df).mul(0.5), LocationScale.number(0.5));
    }

    private static Tensor checked(Tensor df) {
        Constraint.POSITIVE.require("Chi2", "degrees of freedom", df);
        return df;
    }

    /** The degrees of freedom. */
    public Tensor df() {
        return concentration().mul(2);
    }

    @Override
    public Chi2 expand(Shape batch) {
        return new Chi2(df().broadcastTo(batch));
    }
}

package org.gatun.nn.distributions;

import org.gatun.tensor.Tensor;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;

/** A distribution whose last batch axes count as axes of the event, as {@code torch.distributions.Independent}: logarithms of probabilities are summed over them. */
public final class Independent extends Distribution {
    private final Distribution base;
    private final int axes;

    /**
     * A view of {@code base} with larger events.
     *
     * @param axes how many of the last batch axes go over to the event, 0 or more
     * @throws IllegalArgumentException when the batch has fewer axes
     */
    public Independent(Distribution base, int axes) {
        super(
                Shapes.allBut(base.batchShape(), checked(base, axes)),
                Shapes.join(Shapes.last(base.batchShape(), axes), base.eventShape()));
        this.base = base;
        this.axes = axes;
    }

    private static int checked(Distribution base, int axes) {
        if (axes < 0 || axes > base.batchShape().rank()) {
            throw new IllegalArgumentException("Independent: " + axes + " axes of the batch shape " + base.batchShape()
                    + " can't become event axes: give 0 to " + base.batchShape().rank());
        }
        return axes;
    }

    /** What this is a view of. */
    public Distribution base() {
        return base;
    }

    /** How many batch axes of the {@link #base} belong to the event. */
    public int axes() {
        return axes;
    }

    @Override
    public Independent expand(Shape batch) {
        return new Independent(base.expand(Shapes.join(batch, Shapes.last(base.batchShape(), axes))), axes);
    }

    @Override
    public Constraint support() {
        return base.support();
    }

    @Override
    public boolean hasRsample() {
        return base.hasRsample();
    }

    @Override
    public Tensor sample(Generator generator, Shape shape) {
        return base.sample(generator, shape);
    }

    @Override
    public Tensor rsample(Generator generator, Shape shape) {
        return base.rsample(generator, shape);
    }

    @Override
    public Tensor logProb(Tensor value) {
        return Shapes.sumLast(base.logProb(value), axes);
    }

    @Override
    public Tensor mean() {
        return base.mean();
    }

    @Override
    public Tensor mode() {
        return base.mode();
    }

    @Override
    public Tensor variance() {
        return base.variance();
    }

    @Override
    public Tensor stddev() {
        return base.stddev();
    }

    @Override
    public Tensor entropy() {
        return Shapes.sumLast(base.entropy(), axes);
    }
}

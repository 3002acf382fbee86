package org.gatun.optim;

/** The optimizers' formulas for one number at a time, in F64 and plain Java, as PyTorch's documentation writes them. */
final class ScalarUpdates {
    private ScalarUpdates() {}

    /** SGD of one number. */
    static final class SgdNumber {
        private final double rate;
        private final double momentum;
        private final double dampening;
        private final double decay;
        private final boolean nesterov;
        private double buffer;
        private boolean started;
        double p;

        SgdNumber(double p, double rate, double momentum, double dampening, double decay, boolean nesterov) {
            this.p = p;
            this.rate = rate;
            this.momentum = momentum;
            this.dampening = dampening;
            this.decay = decay;
            this.nesterov = nesterov;
        }

        void step(double gradient) {
            double g = gradient + decay * p;
            if (momentum != 0) {
                buffer = started ? momentum * buffer + (1 - dampening) * g : g;
                started = true;
                g = nesterov ? g + momentum * buffer : buffer;
            }
            p -= rate * g;
        }
    }

    /** Adam (L2 penalty) or AdamW (decoupled decay) of one number. */
    static final class AdamNumber {
        private final double beta1;
        private final double beta2;
        private final double epsilon;
        private final double decay;
        private final boolean decoupled;
        private double m;
        private double v;
        private int t;
        double p;

        AdamNumber(double p, double beta1, double beta2, double epsilon, double decay, boolean decoupled) {
            this.p = p;
            this.beta1 = beta1;
            this.beta2 = beta2;
            this.epsilon = epsilon;
            this.decay = decay;
            this.decoupled = decoupled;
        }

        void step(double gradient, double rate) {
            t++;
            double g = gradient;
            if (decoupled) {
                p -= rate * decay * p;
            } else {
                g += decay * p;
            }
            m = beta1 * m + (1 - beta1) * g;
            v = beta2 * v + (1 - beta2) * g * g;
            double corrected = m / (1 - StrictMath.pow(beta1, t));
            double scale = StrictMath.sqrt(v / (1 - StrictMath.pow(beta2, t)));
            p -= rate * corrected / (scale + epsilon);
        }
    }
}

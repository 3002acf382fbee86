package org.gatun.tensor;

import java.util.Objects;
import java.util.function.Supplier;
import org.gatun.tensor.trace.ActiveCast;
import org.jspecify.annotations.Nullable;

/**
 * Mixed precision, as {@code torch.autocast}: inside a scope, operations choose the dtype that they compute in. Weights, which stay in F32, and
 * activations are converted where they are used, and the gradients of F32 weights are F32.
 *
 * <pre>{@code
 * try (Tape tape = Tape.open()) {
 *     Tensor loss;
 *     try (Autocast cast = Autocast.open(DType.BF16)) {
 *         loss = Losses.crossEntropy(model.forward(x), labels);     // products in BF16, the loss in F32
 *     }
 *     tape.backward(loss);
 * }
 * }</pre>
 *
 * <p>By PyTorch's lists, operands of F32, BF16 and F16 are converted
 *
 * <ul>
 *   <li>to the scope's dtype by matrix products ({@code matmul}, {@code mm}, {@code bmm}, {@code mv}, {@code addmm} and its relatives, {@code
 *       einsum}, {@code multiDot}, {@code vecdot}), {@code linear}, all convolutions, {@code prelu} and {@code scaledDotProductAttention};
 *   <li>to F32 by exponentials, logarithms and powers, {@code reciprocal}, {@code rsqrt}, {@code softplus}, {@code erfinv}, {@code acos}, {@code
 *       asin}, {@code tan}, {@code sinh} and {@code cosh}; by {@code sum}, {@code prod}, {@code cumsum}, {@code cumprod}, {@code softmax}, {@code
 *       logSoftmax}, {@code logsumexp}, norms and distances; by {@code layerNorm} and {@code groupNorm}; by the losses and {@code interpolate};
 *   <li>to the widest among them by {@code addcmul}, {@code addcdiv}, {@code atan2}, {@code dot}, {@code vdot}, {@code tensordot}, {@code inner},
 *       {@code cross}, {@code bilinear}, {@code gridSample}, {@code indexPut} and {@code scatterAdd}.
 * </ul>
 *
 * <p>All other methods take operands as they come, and promote different dtypes as always. So do integers, and all operands where one is F64.
 * Methods that change a tensor in place, and {@linkplain Elementwise#region regions}, do what they do outside. {@code binaryCrossEntropy} of 16-bit probabilities is
 * refused, as in PyTorch. What a method is made of doesn't matter: each is converted as a whole, and fused kernels get the operands that
 * are converted for the method.
 *
 * <p>Scopes nest, and an inner one counts; {@link #off} ends conversions for a part. A scope belongs to the thread that opened it: others are not
 * affected. Backward passes are not either, so it doesn't matter whether they run inside; a checkpointed function runs again as at first.
 * F16 loses gradients below 6e-8: scale the loss with {@code GradScaler}. BF16 has F32's range and needs no scaling.
 */
public final class Autocast implements AutoCloseable {
    private static final ThreadLocal<@Nullable Autocast> INNERMOST = new ThreadLocal<>();

    private final Thread owner = Thread.currentThread();
    private final @Nullable DType dtype;
    private final @Nullable DType before;
    private final @Nullable Autocast around;
    private boolean open = true;

    private Autocast(@Nullable DType dtype) {
        this.dtype = dtype;
        this.around = INNERMOST.get();
        this.before = ActiveCast.replace(dtype);
        INNERMOST.set(this);
    }

    /**
     * Opens a scope on this thread. Close it with try-with-resources.
     *
     * @param dtype BF16 or F16
     * @throws DTypeException for another dtype
     */
    public static Autocast open(DType dtype) {
        Objects.requireNonNull(dtype, "autocast: the dtype is null: give BF16 or F16, or call off()");
        if (!NarrowScalars.applies(dtype)) {
            throw new DTypeException(
                    "autocast: " + dtype
                            + " is not a floating dtype of 16 bits: give BF16 or F16, or call off() for a part without conversions");
        }
        return new Autocast(dtype);
    }

    /** Opens a scope without conversions, for a part of another scope. Close it with try-with-resources. */
    public static Autocast off() {
        return new Autocast(null);
    }

    /**
     * Runs a function in a scope of its own.
     *
     * @param dtype BF16 or F16
     * @return what the function returns
     * @throws DTypeException for another dtype
     */
    public static <T extends @Nullable Object> T run(DType dtype, Supplier<T> body) {
        try (Autocast scope = open(dtype)) {
            return body.get();
        }
    }

    /** The dtype of this thread's innermost scope, or null where there is none or it is {@link #off}. */
    public static @Nullable DType active() {
        return ActiveCast.dtype();
    }

    /**
     * Ends the scope. Closing twice does no harm.
     *
     * @throws IllegalStateException on another thread than the one that opened it, or while a scope opened after it is still open
     */
    @Override
    public void close() {
        if (!open) {
            return;
        }
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("autocast: " + this + " was opened on thread " + owner.getName()
                    + " and is closed on " + Thread.currentThread().getName()
                    + ": a scope belongs to one thread; open one on each, with try-with-resources");
        }
        if (INNERMOST.get() != this) {
            throw new IllegalStateException(
                    "autocast: " + this + " is closed while a scope opened after it is still open: close"
                            + " scopes in the reverse order of opening, with try-with-resources");
        }
        open = false;
        ActiveCast.replace(before);
        if (around == null) {
            INNERMOST.remove();
        } else {
            INNERMOST.set(around);
        }
    }

    @Override
    public String toString() {
        return dtype == null ? "a scope without conversions" : "the scope of " + dtype;
    }
}

package org.gatun.autograd;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Functional;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;

/**
 * The derivatives of products and running products, without a division: right with any number of zeros, to any order, and where the
 * product itself under- or overflows. Of a product, they are the product of the elements before times that of those after; of running products, a
 * {@linkplain Functional#linearRecurrence linear recurrence}.
 */
final class ProductRules {
    private ProductRules() {}

    /** For the product of x over {@code axes}, kept with size 1: the cotangent of x. */
    static Tensor prodVjp(Axes axes, Tensor x, Tensor g) {
        return others(axes, x).mul(g);
    }

    /** For the product of x over {@code axes}, kept with size 1: its tangent. */
    static Tensor prodJvp(Axes axes, Tensor x, Tensor t) {
        return Dispatch.bind(new Op.Sum(axes), others(axes, x).mul(t));
    }

    /** For each element the product of the others over {@code axes}. */
    private static Tensor others(Axes axes, Tensor x) {
        if (x.elements() == 0) {
            return x;
        }
        Order order = Order.last(x.rank(), axes);
        Tensor rows = order.apply(x);
        int last = rows.rank() - 1;
        Tensor after = before(last, rows.flip(last)).flip(last);
        return order.undo(before(last, rows).mul(after), x.shape());
    }

    /** For each element along an axis that is not empty, the product of those before it. */
    private static Tensor before(int axis, Tensor x) {
        return Dispatch.bind(new Op.CumProd(axis), afterOne(axis, x));
    }

    /** Each element moved to the next place, behind a 1. */
    private static Tensor afterOne(int axis, Tensor x) {
        Tensor first = x.narrow(axis, 0, 1);
        Tensor one = ConcreteTensor.scalar(x.dtype(), 1.0, x.device()).broadcastTo(first.shape());
        return Dispatch.bind(new Op.Concat(axis), one, x.narrow(axis, 0, x.size(axis) - 1));
    }

    /** For {@code y = cumprod(x)} along an axis: with {@code z[t] = x[t + 1] z[t + 1] + g[t]}, the cotangent {@code z[t] y[t - 1]} of x. */
    static Tensor cumProdVjp(int axis, Tensor x, Tensor y, Tensor g) {
        if (x.elements() == 0) {
            return g;
        }
        // The factor of the last step is not used: there the first element may stand.
        Tensor next = Dispatch.bind(new Op.Concat(axis), x.narrow(axis, 1, x.size(axis) - 1), x.narrow(axis, 0, 1));
        return Functional.linearRecurrence(next, g, axis, true).mul(afterOne(axis, y));
    }

    /** For {@code y = cumprod(x)} along an axis: the tangent {@code dy[t] = x[t] dy[t - 1] + dx[t] y[t - 1]} of y. */
    static Tensor cumProdJvp(int axis, Tensor x, Tensor y, Tensor t) {
        return x.elements() == 0 ? t : Functional.linearRecurrence(x, t.mul(afterOne(axis, y)), axis, false);
    }

    /** Some axes moved to the end and joined into one. */
    private record Order(Axes order, int run) {
        static Order last(int rank, Axes axes) {
            int[] order = new int[rank];
            int k = 0;
            for (int a = 0; a < rank; a++) {
                if (!axes.contains(a)) {
                    order[k++] = a;
                }
            }
            for (int i = 0; i < axes.count(); i++) {
                order[k++] = axes.get(i);
            }
            return new Order(Axes.listed("prod", rank, order), axes.count());
        }

        Tensor apply(Tensor x) {
            Tensor moved = x.permute(order.toArray());
            if (run == 0) {
                return moved.unsqueeze(-1);
            }
            return moved.flatten(moved.rank() - run, moved.rank() - 1);
        }

        Tensor undo(Tensor rows, Shape shape) {
            return rows.reshape(shape.permuted(order)).permute(order.inverse().toArray());
        }
    }
}

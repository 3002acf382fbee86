package org.gatun.autograd;

import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Tensor;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.shape.Axes;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Traced;

/**
 * The derivatives of products and running products, right with any number of zeros and to any order. Without zeros the product
 * of all others is {@code y / x}, as in PyTorch, which is good as long as y itself neither underflows nor overflows. With zeros, it is the product of those before times that of those after. A running product has one
 * such product for each pair of elements, each taken on its own: row i of a square holds x with element i replaced by 1. That costs
 * the square of the length, but only for the running products of operands that hold a zero.
 */
final class ProductRules {
    private ProductRules() {}

    /** For {@code y = prod(x)} over {@code axes}, kept with size 1: the cotangent of x. */
    static Tensor prodVjp(Axes axes, Tensor x, Tensor y, Tensor g) {
        return others(axes, x, y).mul(g);
    }

    /** For {@code y = prod(x)} over {@code axes}, kept with size 1: the tangent of y. */
    static Tensor prodJvp(Axes axes, Tensor x, Tensor y, Tensor t) {
        return Dispatch.bind(new Op.Sum(axes), others(axes, x, y).mul(t));
    }

    /** For each element the product of the others over {@code axes}. */
    private static Tensor others(Axes axes, Tensor x, Tensor y) {
        if (!hasZero(x)) {
            return y.div(x);
        }
        Order order = Order.last(x.rank(), axes);
        Tensor rows = order.apply(x);
        return order.undo(before(rows).mul(before(rows.flip(-1)).flip(-1)), x.shape());
    }

    /** For each element of a row, which is not empty, the product of those before it. */
    private static Tensor before(Tensor rows) {
        int axis = rows.rank() - 1;
        Tensor first = rows.slice(axis, 0, 1);
        Tensor one = ConcreteTensor.scalar(rows.dtype(), 1.0, rows.device()).broadcastTo(first.shape());
        Tensor shifted = Dispatch.bind(new Op.Concat(axis), one, rows.slice(axis, 0, rows.size(axis) - 1));
        return Dispatch.bind(new Op.CumProd(axis), shifted);
    }

    /** For {@code y = cumprod(x)} along an axis: the cotangent of x. */
    static Tensor cumProdVjp(int axis, Tensor x, Tensor y, Tensor g) {
        if (!hasZero(x)) {
            return Dispatch.bind(new Op.CumSum(axis, true), g.mul(y)).div(x);
        }
        Order order = Order.last(x.rank(), Axes.listed("cumprod", x.rank(), axis));
        // partials (.., i, k) = dy_k / dx_i
        Tensor partials = cumPartials(order.apply(x));
        Tensor out = partials.mul(order.apply(g).unsqueeze(-2)).sum(-1);
        return order.undo(out, x.shape());
    }

    /** For {@code y = cumprod(x)} along an axis: the tangent of y. */
    static Tensor cumProdJvp(int axis, Tensor x, Tensor y, Tensor t) {
        if (!hasZero(x)) {
            return Dispatch.bind(new Op.CumSum(axis, false), t.div(x)).mul(y);
        }
        Order order = Order.last(x.rank(), Axes.listed("cumprod", x.rank(), axis));
        Tensor partials = cumPartials(order.apply(x));
        return order.undo(partials.mul(order.apply(t).unsqueeze(-1)).sum(-2), x.shape());
    }

    private static Tensor cumPartials(Tensor rows) {
        long n = rows.size(-1);
        Tensor square = withoutOne(rows, n);
        Tensor running = Dispatch.bind(new Op.CumProd(square.rank() - 1), square);
        Tensor i = Dispatch.source(new Op.Iota(n), rows.device());
        Tensor reaches = i.unsqueeze(0).ge(i.unsqueeze(1));
        return reaches.where(running, running.fullLike(0));
    }

    /** (.., n) to (.., n, n): row i holds the operand with element i replaced by 1. */
    private static Tensor withoutOne(Tensor rows, long n) {
        Tensor i = Dispatch.source(new Op.Iota(n), rows.device());
        Tensor diagonal = i.unsqueeze(0).eq(i.unsqueeze(1));
        Tensor one = ConcreteTensor.scalar(rows.dtype(), 1.0, rows.device());
        return diagonal.where(one, rows.unsqueeze(-2));
    }

    /** Of a batch, whether any element has one: the way for zeros is right without them too. */
    private static boolean hasZero(Tensor x) {
        return x.elements() > 0 && Traced.beneath(x).eq(0).any().to(DType.I64).itemLong() != 0;
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

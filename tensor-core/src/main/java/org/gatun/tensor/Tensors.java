package org.gatun.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.gatun.tensor.trace.CastPolicy;

/**
 * New tensors: from Java values, filled, numbered, random, and joined from others.
 *
 * <p>Functions that take values keep their Java type ({@code float} gives F32, {@code double} F64, {@code long} I64, {@code int}
 * I32, {@code boolean} BOOL). Functions that take a shape make F32 unless they are given a dtype. Everything is made on the CPU
 * unless a device is given; what is made of Java values, {@link Tensor#to(Device)} brings to a GPU.
 *
 * <p>Random functions draw from a {@link Generator}. Those without one draw from {@link #defaultGenerator}, which starts at
 * seed 0, so that a program gives the same numbers each time it runs; {@link #manualSeed} sets another seed.
 */
public final class Tensors extends CombiningFunctions {
    private static final Generator DEFAULT = new Generator(0);

    private Tensors() {}

    // ---- from values ----

    /** A 0-d F32 tensor. */
    public static Tensor scalar(float value) {
        return HostCopies.of(Shape.SCALAR, value);
    }

    /** A 0-d F64 tensor. */
    public static Tensor scalar(double value) {
        return HostCopies.of(Shape.SCALAR, value);
    }

    /** A 0-d I64 tensor. */
    public static Tensor scalar(long value) {
        return HostCopies.of(Shape.SCALAR, value);
    }

    /** A 0-d I32 tensor. */
    public static Tensor scalar(int value) {
        return HostCopies.of(Shape.SCALAR, value);
    }

    /** A 0-d BOOL tensor. */
    public static Tensor scalar(boolean value) {
        return HostCopies.of(Shape.SCALAR, value);
    }

    /**
     * A 0-d tensor of a dtype; an integer dtype cuts the fraction off.
     *
     * @throws DTypeException when the value is outside an integer dtype's range
     */
    public static Tensor scalar(DType dtype, double value) {
        return ConcreteTensor.scalar(dtype, value, Device.CPU);
    }

    /** As {@link #scalar(DType, double)}, exact for I64. */
    public static Tensor scalar(DType dtype, long value) {
        return ConcreteTensor.scalar(dtype, value, Device.CPU);
    }

    /** A 1-d F32 tensor of the given values, as {@code torch.tensor}. */
    public static Tensor of(float... values) {
        return HostCopies.of(Shape.of(values.length), values);
    }

    /** A 1-d F64 tensor of the given values, as {@code torch.tensor}. */
    public static Tensor of(double... values) {
        return HostCopies.of(Shape.of(values.length), values);
    }

    /** A 1-d I64 tensor of the given values, as {@code torch.tensor}. */
    public static Tensor of(long... values) {
        return HostCopies.of(Shape.of(values.length), values);
    }

    /** A 1-d I32 tensor of the given values, as {@code torch.tensor}. */
    public static Tensor of(int... values) {
        return HostCopies.of(Shape.of(values.length), values);
    }

    /** A 1-d BOOL tensor of the given values, as {@code torch.tensor}. */
    public static Tensor of(boolean... values) {
        return HostCopies.of(Shape.of(values.length), values);
    }

    /**
     * A F32 tensor of a shape, with the given values row by row.
     *
     * @throws ShapeException when the shape has another number of elements
     */
    public static Tensor of(Shape shape, float... values) {
        return HostCopies.of(shape, values);
    }

    /**
     * A F64 tensor of a shape, with the given values row by row.
     *
     * @throws ShapeException when the shape has another number of elements
     */
    public static Tensor of(Shape shape, double... values) {
        return HostCopies.of(shape, values);
    }

    /**
     * A I64 tensor of a shape, with the given values row by row.
     *
     * @throws ShapeException when the shape has another number of elements
     */
    public static Tensor of(Shape shape, long... values) {
        return HostCopies.of(shape, values);
    }

    /**
     * A I32 tensor of a shape, with the given values row by row.
     *
     * @throws ShapeException when the shape has another number of elements
     */
    public static Tensor of(Shape shape, int... values) {
        return HostCopies.of(shape, values);
    }

    /**
     * A BOOL tensor of a shape, with the given values row by row.
     *
     * @throws ShapeException when the shape has another number of elements
     */
    public static Tensor of(Shape shape, boolean... values) {
        return HostCopies.of(shape, values);
    }

    /**
     * A matrix (F32) with the given rows.
     *
     * @throws ShapeException when the rows differ in length
     */
    public static Tensor of(float[][] rows) {
        return NestedArrays.of(DType.F32, rows);
    }

    /**
     * A matrix (F64) with the given rows.
     *
     * @throws ShapeException when the rows differ in length
     */
    public static Tensor of(double[][] rows) {
        return NestedArrays.of(DType.F64, rows);
    }

    /**
     * A matrix (I64) with the given rows.
     *
     * @throws ShapeException when the rows differ in length
     */
    public static Tensor of(long[][] rows) {
        return NestedArrays.of(DType.I64, rows);
    }

    /**
     * A matrix (I32) with the given rows.
     *
     * @throws ShapeException when the rows differ in length
     */
    public static Tensor of(int[][] rows) {
        return NestedArrays.of(DType.I32, rows);
    }

    /**
     * A 3-d tensor (F32) of the given matrices.
     *
     * @throws ShapeException when matrices or rows differ in size
     */
    public static Tensor of(float[][][] matrices) {
        return NestedArrays.of(DType.F32, matrices);
    }

    /**
     * A 4-d tensor (F32), such as a batch of images.
     *
     * @throws ShapeException when parts differ in size
     */
    public static Tensor of(float[][][][] batch) {
        return NestedArrays.of(DType.F32, batch);
    }

    /**
     * A 3-d tensor (F64) of the given matrices.
     *
     * @throws ShapeException when matrices or rows differ in size
     */
    public static Tensor of(double[][][] matrices) {
        return NestedArrays.of(DType.F64, matrices);
    }

    /**
     * A 4-d tensor (F64), such as a batch of images.
     *
     * @throws ShapeException when parts differ in size
     */
    public static Tensor of(double[][][][] batch) {
        return NestedArrays.of(DType.F64, batch);
    }

    /** A 1-d tensor of the given values, I16. */
    public static Tensor of(short... values) {
        return HostCopies.of(Shape.of(values.length), values);
    }

    /** A tensor of a shape, with the given values row by row, I16. */
    public static Tensor of(Shape shape, short... values) {
        return HostCopies.of(shape, values);
    }

    /** A 1-d tensor of the given values, I8; see {@link #ofUnsigned(byte...)} for U8. */
    public static Tensor of(byte... values) {
        return HostCopies.of(DType.I8, Shape.of(values.length), values);
    }

    /** A tensor of a shape, with the given values row by row, I8; see {@link #ofUnsigned(Shape, byte...)} for U8. */
    public static Tensor of(Shape shape, byte... values) {
        return HostCopies.of(DType.I8, shape, values);
    }

    /** A 1-d U8 tensor of the given bytes, taken as unsigned numbers from 0 to 255. */
    public static Tensor ofUnsigned(byte... values) {
        return HostCopies.of(DType.U8, Shape.of(values.length), values);
    }

    /** A U8 tensor of a shape, with the given bytes row by row, taken as unsigned numbers from 0 to 255. */
    public static Tensor ofUnsigned(Shape shape, byte... values) {
        return HostCopies.of(DType.U8, shape, values);
    }

    /**
     * A tensor with a copy of a segment's bytes: the elements row by row in native byte order.
     *
     * @throws ShapeException when the segment has another size than the elements take
     * @throws DTypeException when a BOOL byte is neither 0 nor 1
     */
    public static Tensor fromSegment(MemorySegment segment, DType dtype, Shape shape) {
        return HostCopies.of(segment, dtype, shape);
    }

    // ---- filled ----

    /** An F32 tensor of zeros, as {@code torch.zeros}. */
    public static Tensor zeros(long... sizes) {
        return Creation.full(DType.F32, 0, Creation.shape("zeros", DType.F32, sizes), Device.CPU);
    }

    /** A tensor of zeros. */
    public static Tensor zeros(DType dtype, long... sizes) {
        return Creation.full(dtype, 0, Creation.shape("zeros", dtype, sizes), Device.CPU);
    }

    /** A tensor of zeros on a device. */
    public static Tensor zeros(DType dtype, Shape shape, Device device) {
        return Creation.full(dtype, 0, Creation.countable("zeros", dtype, shape), device);
    }

    /** A tensor of zeros with the shape, dtype and device of {@code x}, as {@code torch.zeros_like}. */
    public static Tensor zerosLike(Tensor x) {
        return Creation.full(x.dtype(), 0, x.shape(), x.device());
    }

    /** An F32 tensor of ones, as {@code torch.ones}. */
    public static Tensor ones(long... sizes) {
        return Creation.full(DType.F32, 1, Creation.shape("ones", DType.F32, sizes), Device.CPU);
    }

    /** A tensor of ones. */
    public static Tensor ones(DType dtype, long... sizes) {
        return Creation.full(dtype, 1, Creation.shape("ones", dtype, sizes), Device.CPU);
    }

    /** A tensor of ones on a device. */
    public static Tensor ones(DType dtype, Shape shape, Device device) {
        return Creation.full(dtype, 1, Creation.countable("ones", dtype, shape), device);
    }

    /** A tensor of ones with the shape, dtype and device of {@code x}, as {@code torch.ones_like}. */
    public static Tensor onesLike(Tensor x) {
        return Creation.full(x.dtype(), 1, x.shape(), x.device());
    }

    /** An F32 tensor with every element equal to {@code value}, as {@code torch.full}. */
    public static Tensor full(double value, long... sizes) {
        return Creation.full(DType.F32, value, Creation.shape("full", DType.F32, sizes), Device.CPU);
    }

    /**
     * A tensor with every element equal to {@code value} converted to the dtype; an integer dtype cuts the fraction off.
     *
     * @throws DTypeException when the value is outside an integer dtype's range
     */
    public static Tensor full(DType dtype, double value, long... sizes) {
        return full(dtype, value, Creation.shape("full", dtype, sizes), Device.CPU);
    }

    /** As {@link #full(DType, double, long...)}, exact for I64. */
    public static Tensor full(DType dtype, long value, long... sizes) {
        return full(dtype, value, Creation.shape("full", dtype, sizes), Device.CPU);
    }

    /** As {@link #full(DType, double, long...)}, on a device. */
    public static Tensor full(DType dtype, double value, Shape shape, Device device) {
        return Creation.full(
                dtype, Scalars.checked("full", dtype, value), Creation.countable("full", dtype, shape), device);
    }

    /** As {@link #full(DType, double, long...)}, on a device, exact for I64. */
    public static Tensor full(DType dtype, long value, Shape shape, Device device) {
        return Creation.full(
                dtype, Scalars.checked("full", dtype, value), Creation.countable("full", dtype, shape), device);
    }

    /**
     * A tensor of equal elements with the shape, dtype and device of {@code x}, as {@code torch.full_like}.
     *
     * @throws DTypeException when the value is outside an integer dtype's range
     */
    public static Tensor fullLike(Tensor x, double value) {
        return Creation.full(x.dtype(), Scalars.checked("fullLike", x.dtype(), value), x.shape(), x.device());
    }

    /** As {@link #fullLike(Tensor, double)}, exact for I64. */
    public static Tensor fullLike(Tensor x, long value) {
        return Creation.full(x.dtype(), Scalars.checked("fullLike", x.dtype(), value), x.shape(), x.device());
    }

    /** A tensor whose values are whatever its memory holds, to be overwritten in place, as {@code torch.empty}. */
    public static Tensor empty(DType dtype, long... sizes) {
        return ConcreteTensor.allocate(dtype, Creation.shape("empty", dtype, sizes), Device.CPU);
    }

    /** As {@link #empty(DType, long...)}, on a device. */
    public static Tensor empty(DType dtype, Shape shape, Device device) {
        return ConcreteTensor.allocate(dtype, Creation.countable("empty", dtype, shape), device);
    }

    /** A tensor with the shape, dtype and device of {@code x} whose values are whatever its memory holds. */
    public static Tensor emptyLike(Tensor x) {
        return ConcreteTensor.allocate(x.dtype(), x.shape(), x.device());
    }

    /** The F32 identity matrix of n rows, as {@code torch.eye}. */
    public static Tensor eye(long n) {
        return Creation.eye(DType.F32, n, n, Device.CPU);
    }

    /**
     * A matrix with ones on the diagonal and zeros elsewhere.
     *
     * @throws ShapeException when a number of rows or columns is negative
     */
    public static Tensor eye(DType dtype, long rows, long columns) {
        return Creation.eye(dtype, rows, columns, Device.CPU);
    }

    /** As {@link #eye(DType, long, long)}, on a device. */
    public static Tensor eye(DType dtype, long rows, long columns, Device device) {
        return Creation.eye(dtype, rows, columns, device);
    }

    // ---- numbered ----

    /** 0, 1, ... {@code end - 1} as I64, as {@code torch.arange}; {@code end} is 0 or more. */
    public static Tensor arange(long end) {
        return Creation.arange(0, end, 1);
    }

    /** {@code start}, {@code start + 1}, ... up to but not including {@code end}, as I64. */
    public static Tensor arange(long start, long end) {
        return Creation.arange(start, end, 1);
    }

    /**
     * {@code start}, {@code start + step}, ... up to but not including {@code end}, as I64; a negative step counts down.
     *
     * @throws ShapeException when the step is 0 or leads away from the end
     */
    public static Tensor arange(long start, long end, long step) {
        return Creation.arange(start, end, step);
    }

    /** As {@link #arange(long, long, long)}, on a device. */
    public static Tensor arange(long start, long end, long step, Device device) {
        return Creation.arange(start, end, step, device);
    }

    /**
     * {@code start}, {@code start + step}, ... up to but not including {@code end}, as F32; element i is {@code start + i * step}
     * rounded once, and there are {@code ceil((end - start) / step)} of them.
     *
     * @throws ShapeException when the step is 0 or leads away from the end, or an argument is not finite
     */
    public static Tensor arange(double start, double end, double step) {
        return Creation.arange(DType.F32, start, end, step);
    }

    /**
     * As {@link #arange(double, double, double)} in another dtype; an integer dtype cuts fractions off.
     *
     * @throws ShapeException when the step is 0 or leads away from the end, or an argument is not finite
     * @throws DTypeException when a number is outside an integer dtype's range
     */
    public static Tensor arange(DType dtype, double start, double end, double step) {
        return Creation.arange(dtype, start, end, step);
    }

    /** {@code count} F32 numbers evenly spaced from {@code start} to {@code end}, both included, as {@code torch.linspace}. */
    public static Tensor linspace(double start, double end, long count) {
        return Creation.linspace(DType.F32, start, end, count);
    }

    /** As {@link #linspace(double, double, long)} in another floating dtype. */
    public static Tensor linspace(DType dtype, double start, double end, long count) {
        return Creation.linspace(dtype, start, end, count);
    }

    // ---- random ----

    /** The generator that the functions without one draw from. It starts at seed 0. Threads that share it get disjoint numbers. */
    public static Generator defaultGenerator() {
        return DEFAULT;
    }

    /** Starts the default generator anew at a seed, as {@code torch.manual_seed}. */
    public static void manualSeed(long seed) {
        DEFAULT.seed(seed);
    }

    /** F32 numbers uniform on [0, 1), from the default generator, as {@code torch.rand}. */
    public static Tensor rand(long... sizes) {
        return Draws.rand("rand", DEFAULT, DType.F32, Creation.shape("rand", DType.F32, sizes), Device.CPU);
    }

    /** F32 numbers uniform on [0, 1). */
    public static Tensor rand(Generator generator, long... sizes) {
        return Draws.rand("rand", generator, DType.F32, Creation.shape("rand", DType.F32, sizes), Device.CPU);
    }

    /** Numbers uniform on [0, 1), of a floating dtype, on a device. */
    public static Tensor rand(Generator generator, DType dtype, Shape shape, Device device) {
        return Draws.rand("rand", generator, dtype, Creation.countable("rand", dtype, shape), device);
    }

    /** Numbers uniform on [0, 1), with the shape, floating dtype and device of {@code x}, as {@code torch.rand_like}. */
    public static Tensor randLike(Tensor x, Generator generator) {
        return Draws.rand("randLike", generator, x.dtype(), x.shape(), x.device());
    }

    /** F32 numbers normally distributed with mean 0 and variance 1, from the default generator, as {@code torch.randn}. */
    public static Tensor randn(long... sizes) {
        return Draws.randn("randn", DEFAULT, DType.F32, Creation.shape("randn", DType.F32, sizes), Device.CPU);
    }

    /** F32 numbers normally distributed with mean 0 and variance 1. */
    public static Tensor randn(Generator generator, long... sizes) {
        return Draws.randn("randn", generator, DType.F32, Creation.shape("randn", DType.F32, sizes), Device.CPU);
    }

    /** Numbers normally distributed with mean 0 and variance 1, of a floating dtype, on a device. */
    public static Tensor randn(Generator generator, DType dtype, Shape shape, Device device) {
        return Draws.randn("randn", generator, dtype, Creation.countable("randn", dtype, shape), device);
    }

    /** Numbers normally distributed with mean 0 and variance 1, with the shape, floating dtype and device of {@code x}, as {@code torch.randn_like}. */
    public static Tensor randnLike(Tensor x, Generator generator) {
        return Draws.randn("randnLike", generator, x.dtype(), x.shape(), x.device());
    }

    /**
     * F32 numbers uniform on [{@code low}, {@code high}); {@code low} if there is no float between them.
     *
     * @throws IllegalArgumentException when the bounds are not in order, or they or their distance are not finite as floats
     */
    public static Tensor uniform(Generator generator, double low, double high, long... sizes) {
        return Draws.uniform(generator, low, high, Creation.shape("uniform", DType.F32, sizes));
    }

    /** F32 numbers normally distributed with the given mean and standard deviation, as {@code torch.normal}. */
    public static Tensor normal(Generator generator, double mean, double deviation, long... sizes) {
        return Draws.normal(generator, mean, deviation, Creation.shape("normal", DType.F32, sizes));
    }

    /**
     * BOOL, each true with the probability {@code p}.
     *
     * @throws IllegalArgumentException when p is not between 0 and 1
     */
    public static Tensor bernoulli(Generator generator, double p, long... sizes) {
        return Draws.bernoulli(generator, p, Creation.shape("bernoulli", DType.F32, sizes), Device.CPU);
    }

    /** As {@link #bernoulli(Generator, double, long...)}, on a device. */
    public static Tensor bernoulli(Generator generator, double p, Shape shape, Device device) {
        return Draws.bernoulli(generator, p, Creation.countable("bernoulli", DType.F32, shape), device);
    }

    /**
     * 0 or 1 in the dtype of {@code p}, each 1 with the probability that {@code p} has there, as {@code torch.bernoulli}. Reads the
     * values.
     *
     * @throws DTypeException when p is not of a floating dtype
     * @throws IllegalArgumentException when an element of p is not from 0 to 1
     */
    public static Tensor bernoulli(Generator generator, Tensor p) {
        return Draws.bernoulli(generator, p);
    }

    /**
     * I64 integers uniform on {@code low} to {@code high - 1}, from the default generator, as {@code torch.randint}.
     *
     * @throws IllegalArgumentException when there is no integer between
     */
    public static Tensor randint(long low, long high, Shape shape) {
        return Draws.randint(
                "randint", DEFAULT, low, high, Creation.countable("randint", DType.I64, shape), Device.CPU);
    }

    /** As {@link #randint(long, long, Shape)} from a generator. */
    public static Tensor randint(Generator generator, long low, long high, Shape shape) {
        return randint(generator, low, high, shape, Device.CPU);
    }

    /** As {@link #randint(long, long, Shape)} from a generator, on a device. */
    public static Tensor randint(Generator generator, long low, long high, Shape shape, Device device) {
        return Draws.randint("randint", generator, low, high, Creation.countable("randint", DType.I64, shape), device);
    }

    /** A random permutation of 0 to {@code n - 1} as I64, from the default generator, as {@code torch.randperm}. */
    public static Tensor randperm(long n) {
        return Draws.randperm(DEFAULT, n, Device.CPU);
    }

    /** A random permutation of 0 to {@code n - 1} as I64. */
    public static Tensor randperm(Generator generator, long n) {
        return Draws.randperm(generator, n, Device.CPU);
    }

    /** As {@link #randperm(Generator, long)}, on a device. */
    public static Tensor randperm(Generator generator, long n, Device device) {
        return Draws.randperm(generator, n, device);
    }

    // ---- joined ----

    /**
     * Tensors joined along an axis, as {@code torch.cat}; their dtypes are promoted to one.
     *
     * @throws ShapeException when there is none, or sizes differ along another axis, naming both shapes
     */
    public static Tensor cat(int axis, Tensor... tensors) {
        return Joining.cat("cat", axis, tensors);
    }

    /** As {@link #cat(int, Tensor...)}. */
    public static Tensor cat(int axis, List<Tensor> tensors) {
        return Joining.cat("cat", axis, Joining.array("cat", tensors));
    }

    /**
     * Tensors of one shape joined along a new axis, as {@code torch.stack}.
     *
     * @throws ShapeException when there is none, or shapes differ
     */
    public static Tensor stack(int axis, Tensor... tensors) {
        return Joining.stack(axis, tensors);
    }

    /** As {@link #stack(int, Tensor...)}. */
    public static Tensor stack(int axis, List<Tensor> tensors) {
        return Joining.stack(axis, Joining.array("stack", tensors));
    }

    /** Tensors joined as rows: along axis 0 after making each at least 2-d, as {@code torch.vstack}. */
    public static Tensor vstack(Tensor... tensors) {
        return Joining.vstack("vstack", tensors);
    }

    /** Tensors joined as columns: along axis 1, vectors along axis 0, as {@code torch.hstack}. */
    public static Tensor hstack(Tensor... tensors) {
        return Joining.hstack(tensors);
    }

    /**
     * The coordinates of a grid: result i has the shape of all the sizes and repeats vector i along axis i, as {@code
     * torch.meshgrid} with indexing "ij".
     */
    public static List<Tensor> meshgrid(Tensor... vectors) {
        return Joining.meshgrid(vectors);
    }

    /** {@code condition ? a : b}, elementwise with broadcasting, as {@code torch.where}. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        return condition.where(a, b);
    }

    /**
     * Each index as a row of {@code classes} numbers that are 0 but for a 1 at the index; I64 on a new last axis, as {@code
     * torch.nn.functional.one_hot}.
     *
     * @throws IndexOutOfBoundsException when an index is negative or not below {@code classes}
     */
    public static Tensor oneHot(Tensor index, long classes) {
        return Creation.oneHot(DType.I64, index, classes);
    }

    /** As {@link #oneHot(Tensor, long)} in another dtype. */
    public static Tensor oneHot(DType dtype, Tensor index, long classes) {
        return Creation.oneHot(dtype, index, classes);
    }

    // ---- products of tensors ----

    /**
     * Sums of products of tensors in Einstein's notation, as {@code torch.einsum}. The equation names the axes of each operand by letters
     * (a to z and A to Z), operands separated by commas; behind {@code ->} stand the axes of the result. The result has, for each value of
     * its indices, the sum over all other indices of the product of the operands' elements:
     *
     * <ul>
     *   <li>{@code "ij,jk->ik"} is the matrix product, {@code "bij,bjk->bik"} that of batches, {@code "i,j->ij"} the outer product;
     *   <li>{@code "ij->ji"} transposes, {@code "ij->"} sums all, {@code "ii->i"} takes the diagonal, {@code "ii->"} the trace;
     *   <li>{@code "...ij,...jk->...ik"}: an ellipsis stands for axes without names, aligned at the last one, which broadcast.
     * </ul>
     *
     * <p>Without an arrow the result has the axes of the ellipsis, then the indices that occur once, in alphabetical order with capitals
     * first. An ellipsis that the output lacks is summed. Axes of one index have equal sizes, or size 1, which is repeated. Spaces
     * have no meaning.
     *
     * <p>More than two operands are multiplied two by two, in the order with the fewest multiplications (found exactly for up to 8
     * operands). The result has the operands' promoted dtype, sums of integers too. The result may be a view of an only operand.
     *
     * @throws IllegalArgumentException when the equation is malformed, or has another number of operands than are given
     * @throws ShapeException when the shapes do not fit the equation
     * @throws DTypeException when all operands are BOOL
     */
    public static Tensor einsum(String equation, Tensor... operands) {
        return CastPolicy.LOWER.apply(in -> TensorContractions.einsum(equation, Arrays.asList(in)), operands);
    }

    /** As {@link #einsum(String, Tensor...)}. */
    public static Tensor einsum(String equation, List<Tensor> operands) {
        return einsum(equation, Joining.array("einsum", operands));
    }

    /**
     * Sums of products over the last {@code axes} axes of {@code a} and the first of {@code b}, as {@code torch.tensordot}; with 0 all
     * products of two elements.
     *
     * @throws ShapeException when an operand has fewer axes, or sizes differ and none is 1
     */
    public static Tensor tensordot(Tensor a, Tensor b, int axes) {
        return CastPolicy.PROMOTE.apply(a, b, (x, y) -> TensorContractions.tensordot(x, y, axes));
    }

    /**
     * Sums of products over the given axes of {@code a}, each paired with one of {@code b}, as {@code torch.tensordot}. The result has
     * the other axes of {@code a}, then those of {@code b}.
     *
     * @throws ShapeException when the lists differ in length, name an axis twice, or sizes differ and none is 1
     */
    public static Tensor tensordot(Tensor a, Tensor b, int[] axesOfA, int[] axesOfB) {
        return CastPolicy.PROMOTE.apply(a, b, (x, y) -> TensorContractions.tensordot(x, y, axesOfA, axesOfB));
    }

    /**
     * Kronecker's product, as {@code torch.kron}: each element of {@code a} times all of {@code b}, in blocks. The operand with fewer
     * axes gets leading ones of size 1; sizes multiply.
     */
    public static Tensor kron(Tensor a, Tensor b) {
        return TensorContractions.kron(a, b);
    }
}

package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.gatun.tensor.DType.BOOL;
import static org.gatun.tensor.DType.F32;
import static org.gatun.tensor.DType.F64;
import static org.gatun.tensor.DType.I32;
import static org.gatun.tensor.DType.I64;
import static org.gatun.tensor.DType.U8;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.ir.TensorType;
import org.gatun.tensor.memory.MemoryStats;
import org.gatun.tensor.memory.NativeMemoryBalance;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a wrong call says: the message names the operation as the user wrote it, the shapes or dtypes of all operands and the
 * remedy, and nothing that was computed on the way stays behind.
 */
@ExtendWith({NativeMemoryBalance.class, ScopePerTest.class})
class ErrorMessagesTest {
    /** A wrong call of an operation on tensors of ones, and what its error must say. */
    private record Refusal(
            String operation,
            Class<? extends Exception> type,
            List<String> parts,
            Function<Tensor[], Object> call,
            List<TensorType> operands) {
        @Override
        public String toString() {
            return operation + " of " + operands + ": " + type.getSimpleName();
        }
    }

    private static TensorType type(DType dtype, long... sizes) {
        return new TensorType(dtype, Shape.of(sizes));
    }

    private static TensorType f32(long... sizes) {
        return type(F32, sizes);
    }

    private static TensorType i64(long... sizes) {
        return type(I64, sizes);
    }

    private static TensorType bool(long... sizes) {
        return type(BOOL, sizes);
    }

    /** Shapes that do not fit: the message names all of them. */
    private static Refusal shape(
            String operation, String remedy, Function<Tensor[], Object> call, TensorType... operands) {
        List<String> parts = new ArrayList<>(List.of(remedy));
        for (TensorType operand : operands) {
            parts.add(operand.shape().toString());
        }
        return new Refusal(operation, ShapeException.class, parts, call, List.of(operands));
    }

    /** Dtypes that do not fit: the message names all of them. */
    private static Refusal dtype(
            String operation, String remedy, Function<Tensor[], Object> call, TensorType... operands) {
        List<String> parts = new ArrayList<>(List.of(remedy));
        for (TensorType operand : operands) {
            parts.add(operand.dtype().toString());
        }
        return new Refusal(operation, DTypeException.class, parts, call, List.of(operands));
    }

    /** A source of another dtype than the tensor, by an index that would have to be converted. */
    private static Refusal sourceType(String operation, Function<Tensor[], Object> call) {
        List<String> parts = List.of("to(dtype)", "F32", "F64");
        return new Refusal(operation, DTypeException.class, parts, call, List.of(f32(2), type(F64, 2), type(I32, 2)));
    }

    /** An axis that does not exist: the message says which do. */
    private static Refusal axis(String operation, Function<Tensor[], Object> call) {
        return new Refusal(
                operation,
                ShapeException.class,
                List.of("axis 2", "rank 2", "give an axis from -2 to 1"),
                call,
                List.of(f32(2, 3)));
    }

    /** A position, or the elements 1 of an index, where there is no such position: the message says which there are. */
    private static Refusal position(
            String operation, String range, Function<Tensor[], Object> call, TensorType... operands) {
        String indexed = operands[operands.length - 1].shape().toString();
        List<String> parts = List.of("out of range", indexed, range);
        return new Refusal(operation, IndexOutOfBoundsException.class, parts, call, List.of(operands));
    }

    /** A size, step or number that is wrong whatever the shape is. */
    private static Refusal size(
            String operation, String value, String remedy, Function<Tensor[], Object> call, TensorType... operands) {
        return new Refusal(operation, ShapeException.class, List.of(value, remedy), call, List.of(operands));
    }

    private static Refusal argument(
            String operation, String value, String remedy, Function<Tensor[], Object> call, TensorType... operands) {
        return new Refusal(operation, IllegalArgumentException.class, List.of(value, remedy), call, List.of(operands));
    }

    static Stream<Refusal> elementwise() {
        String resize = "make them equal, or one of them 1";
        return Stream.of(
                shape("add", resize, in -> in[0].add(in[1]), f32(2, 3), f32(2, 4)),
                shape("sub", resize, in -> in[0].sub(in[1]), f32(3), f32(2, 4)),
                shape("mul", resize, in -> in[0].mul(in[1]), i64(2, 3), i64(2)),
                shape("div", resize, in -> in[0].div(in[1]), f32(2, 3), f32(2)),
                shape("pow", resize, in -> in[0].pow(in[1]), f32(0), f32(2)),
                shape("floorDivide", resize, in -> in[0].floorDivide(in[1]), f32(2), f32(3)),
                shape("truncDivide", resize, in -> in[0].truncDivide(in[1]), f32(2), f32(3)),
                shape("remainder", resize, in -> in[0].remainder(in[1]), f32(2), f32(3)),
                shape("fmod", resize, in -> in[0].fmod(in[1]), f32(2), f32(3)),
                shape("maximum", resize, in -> in[0].maximum(in[1]), f32(2), f32(3)),
                shape("minimum", resize, in -> in[0].minimum(in[1]), f32(2), f32(3)),
                shape("atan2", resize, in -> in[0].atan2(in[1]), f32(2), f32(3)),
                shape("hypot", resize, in -> in[0].hypot(in[1]), f32(2), f32(3)),
                shape("eq", resize, in -> in[0].eq(in[1]), i64(2), i64(3)),
                shape("lt", resize, in -> in[0].lt(in[1]), f32(2), f32(3)),
                shape("and", resize, in -> in[0].and(in[1]), bool(2), bool(3)),
                shape("where", resize, in -> in[0].where(in[1], in[2]), bool(2), f32(2), f32(3)),
                shape("where", resize, in -> in[0].where(in[1], in[1]), bool(2), f32(3)),
                shape("maskedFill", resize, in -> in[0].maskedFill(in[1], 0.5), f32(3), bool(2)),
                dtype(
                        "sub",
                        "convert one, for instance to(DType.I64), or use xor",
                        in -> in[0].sub(in[1]),
                        bool(2),
                        bool(2)),
                dtype("remainder", "to(DType.I64)", in -> in[0].remainder(in[1]), bool(2), bool(2)),
                dtype("neg", "to(DType.I64)", in -> in[0].neg(), bool(2)),
                dtype("relu", "to(DType.I64)", in -> in[0].relu(), bool(2)),
                dtype("and", "compare first", in -> in[0].and(in[1]), f32(2), bool(2)),
                dtype("xor", "compare first", in -> in[0].xor(in[1]), i64(2), type(F64, 2)),
                dtype("not", "compare first", in -> in[0].not(), f32(2)),
                dtype("where", "compare first", in -> in[0].where(in[1], in[1]), i64(2), i64(2)),
                dtype("maskedFill", "compare first", in -> in[0].maskedFill(in[1], 0.5), i64(2), i64(2)),
                new Refusal(
                        "maskedFill",
                        DTypeException.class,
                        List.of("wider dtype", "U8"),
                        in -> in[0].maskedFill(in[1], 256),
                        List.of(type(U8, 2), bool(2))),
                dtype("add", "wider dtype", in -> in[0].add(256), type(U8, 2)),
                dtype("fullLike", "wider dtype", in -> in[0].fullLike(1L << 31), type(I32, 2)),
                dtype("clamp", "wider dtype", in -> in[0].clamp(256, 300), type(U8, 2)),
                argument("clamp", "NaN", "use -infinity or infinity", in -> in[0].clamp(Double.NaN, 1), f32(2)));
    }

    static Stream<Refusal> shapes() {
        return Stream.of(
                shape("reshape", "counts must be equal", in -> in[0].reshape(4), f32(2, 3)),
                shape("reshape", "only one size", in -> in[0].reshape(-1, -1), f32(2, 3)),
                shape("reshape", "must divide", in -> in[0].reshape(4, -1), f32(2, 3)),
                shape("reshape", "0 or more", in -> in[0].reshape(-2, -3), f32(2, 3)),
                shape("flatten", "first axis first", in -> in[0].flatten(1, 0), f32(2, 3)),
                axis("flatten", in -> in[0].flatten(0, 2)),
                shape("permute", "name every axis once", in -> in[0].permute(0), f32(2, 3)),
                size("permute", "axis 0 is named twice", "name each axis once", in -> in[0].permute(0, 0), f32(2, 3)),
                axis("permute", in -> in[0].permute(0, 2)),
                axis("transpose", in -> in[0].transpose(0, 2)),
                shape("t", "use transpose(a, b) or permute", in -> in[0].t(), f32(2, 3, 4)),
                shape("broadcastTo", "each size must be equal or 1", in -> in[0].broadcastTo(4, 3), f32(2, 3)),
                shape("broadcastTo", "each size must be equal or 1", in -> in[0].broadcastTo(3), f32(2, 3)),
                shape("expand", "new axes need a size", in -> in[0].expand(-1, 2, 3), f32(2, 3)),
                axis("squeeze", in -> in[0].squeeze(2)),
                axis("flip", in -> in[0].flip(2)),
                axis("slice", in -> in[0].slice(2, 0, 1)),
                size("slice", "step 0", "use flip", in -> in[0].slice(0, 0, 1, 0), f32(2)),
                axis("select", in -> in[0].select(2, 0)),
                position("select", "from -2 to 1", in -> in[0].select(0, 2), f32(2, 3)),
                axis("narrow", in -> in[0].narrow(2, 0, 1)),
                axis("split", in -> in[0].split(1, 2)),
                shape("split", "add up to 2", in -> in[0].split(new long[] {1, 2}, 0), f32(2, 3)),
                size("split", "0", "1 or more", in -> in[0].split(0, 0), f32(2)),
                axis("chunk", in -> in[0].chunk(1, 2)),
                size("chunk", "0", "1 or more", in -> in[0].chunk(0, 0), f32(2)),
                axis("unbind", in -> in[0].unbind(2)),
                axis("moveAxis", in -> in[0].moveAxis(0, 2)),
                axis("roll", in -> in[0].roll(1, 2)),
                axis("repeatInterleave", in -> in[0].repeatInterleave(2, 2)),
                shape("repeat", "one for each axis", in -> in[0].repeat(2), f32(2, 3)),
                shape("tile", "0 or more", in -> in[0].tile(-1), f32(2, 3)),
                shape("pad", "one number for each", in -> in[0].pad(new long[1], new long[2]), f32(2, 3)),
                shape("tril", "two axes or more", in -> in[0].tril(), f32(2)),
                shape("triu", "two axes or more", in -> in[0].triu(), f32(2)),
                shape("diagonal", "two axes or more", in -> in[0].diagonal(), f32(2)),
                shape("diagonal", "name two axes", in -> in[0].diagonal(0, 1, -1), f32(2, 3)),
                axis("diagonal", in -> in[0].diagonal(0, 0, 2)),
                shape("matrixTrace", "use diagonal and sum", in -> in[0].matrixTrace(), f32(2)),
                shape("cat", "all other sizes must be equal", in -> Tensors.cat(0, in), f32(2, 3), f32(2, 4)),
                shape("cat", "use stack", in -> Tensors.cat(0, in), f32(), f32()),
                axis("cat", in -> Tensors.cat(2, in)),
                size("cat", "no tensors", "at least one", in -> Tensors.cat(0)),
                shape("stack", "use cat to join", in -> Tensors.stack(0, in), f32(2, 3), f32(3, 2)),
                size("stack", "no tensors", "at least one", in -> Tensors.stack(0)),
                shape("vstack", "must be equal", in -> Tensors.vstack(in), f32(2, 3), f32(2, 4)),
                shape("hstack", "must be equal", in -> Tensors.hstack(in), f32(2, 3), f32(3, 3)),
                shape("meshgrid", "flatten it", in -> Tensors.meshgrid(in), f32(2, 3)));
    }

    static Stream<Refusal> alongAxes() {
        String convert = "to(DType.F32)";
        return Stream.of(
                axis("sum", in -> in[0].sum(2)),
                axis("mean", in -> in[0].mean(2)),
                axis("prod", in -> in[0].prod(2)),
                axis("amax", in -> in[0].amax(2)),
                axis("amin", in -> in[0].amin(2)),
                axis("max", in -> in[0].max(2)),
                axis("min", in -> in[0].min(2)),
                axis("argmax", in -> in[0].argmax(2)),
                axis("argmin", in -> in[0].argmin(2)),
                axis("any", in -> in[0].any(2)),
                axis("all", in -> in[0].all(2)),
                axis("var", in -> in[0].var(2)),
                axis("std", in -> in[0].std(2)),
                axis("varMean", in -> in[0].varMean(1, false, 2)),
                axis("norm", in -> in[0].norm(0, 2)),
                axis("norm", in -> in[0].norm(1, 2)),
                axis("norm", in -> in[0].norm(2, 2)),
                axis("norm", in -> in[0].norm(3, 2)),
                axis("norm", in -> in[0].norm(Double.POSITIVE_INFINITY, 2)),
                axis("logsumexp", in -> in[0].logsumexp(2)),
                axis("softmax", in -> in[0].softmax(2)),
                axis("logSoftmax", in -> in[0].logSoftmax(2)),
                axis("cumsum", in -> in[0].cumsum(2)),
                axis("cumprod", in -> in[0].cumprod(2)),
                axis("sort", in -> in[0].sort(2)),
                axis("argsort", in -> in[0].argsort(2)),
                axis("topk", in -> in[0].topk(1, 2)),
                dtype("mean", convert, in -> in[0].mean(), i64(2)),
                dtype("var", convert, in -> in[0].var(), type(I32, 2)),
                dtype("std", convert, in -> in[0].std(), type(U8, 2)),
                dtype("varMean", convert, in -> in[0].varMean(1, false), i64(2)),
                dtype("norm", convert, in -> in[0].norm(), i64(2)),
                dtype("logsumexp", convert, in -> in[0].logsumexp(), bool(2)),
                dtype("softmax", convert, in -> in[0].softmax(0), i64(2)),
                dtype("logSoftmax", convert, in -> in[0].logSoftmax(0), i64(2)),
                shape("amax", "give at least one", in -> in[0].amax(1), f32(2, 0)),
                shape("amin", "give at least one", in -> in[0].amin(), f32(0)),
                shape("max", "give at least one", in -> in[0].max(), f32(0)),
                shape("max", "give at least one", in -> in[0].max(1), f32(2, 0)),
                shape("min", "give at least one", in -> in[0].min(1), f32(2, 0)),
                shape("argmax", "give at least one", in -> in[0].argmax(1), f32(2, 0)),
                shape("argmin", "give at least one", in -> in[0].argmin(1), f32(2, 0)),
                shape("topk", "from 0 to 3", in -> in[0].topk(4, 1), f32(2, 3)),
                argument("norm", "NaN", "give a number", in -> in[0].norm(Double.NaN), f32(2)));
    }

    static Stream<Refusal> indexing() {
        return Stream.of(
                position("get", "from -2 to 1", in -> in[0].get(Index.at(2)), f32(2, 3)),
                position("get", "from -3 to 2", in -> in[0].get(0, 3), f32(2, 3)),
                position(
                        "get",
                        "axis 0 of shape [1, 3]: give -1 to 0",
                        in -> in[0].get(Index.of(in[1])),
                        f32(1, 3),
                        i64(2)),
                position(
                        "get",
                        "axis 1 of shape [2, 1]: give -1 to 0",
                        in -> in[0].get(Index.of(in[1]), Index.of(in[1])),
                        f32(2, 1),
                        i64(2)),
                shape("get", "sizes must be equal", in -> in[0].get(Index.mask(in[1])), f32(2, 3), bool(3)),
                new Refusal(
                        "get",
                        ShapeException.class,
                        List.of(resize(), "[2]", "[3]"),
                        in -> in[0].get(Index.of(in[1]), Index.of(in[2])),
                        List.of(f32(9, 9), i64(2), i64(3))),
                dtype("get", "to(DType.I64)", in -> in[0].get(Index.of(in[0])), type(F64, 2)),
                dtype("get", "compare first", in -> in[0].get(Index.mask(in[1])), i64(2), i64(2)),
                size("get", "step 0", "-1 or less", in -> in[0].get(Index.step(0)), f32(2)),
                axis("gather", in -> in[0].gather(2, in[0])),
                dtype("gather", "to(DType.I64)", in -> in[0].gather(0, in[1]), f32(2), f32(2)),
                shape("gather", "same rank", in -> in[0].gather(0, in[1]), f32(2, 3), i64(2)),
                shape("gather", "at most the same size", in -> in[0].gather(0, in[1]), f32(2, 3), i64(2, 4)),
                position(
                        "gather",
                        "axis 0 of size 1: give indices from -1 to 0",
                        in -> in[0].gather(0, in[1]),
                        f32(1, 3),
                        i64(2, 3)),
                axis("scatter", in -> in[0].scatter(2, in[0], in[0])),
                dtype("scatter", "to(DType.I64)", in -> in[0].scatter(0, in[1], in[0]), f32(2), f32(2)),
                sourceType("scatter", in -> in[0].scatter(0, in[2], in[1])),
                shape("scatter", "same rank", in -> in[0].scatter(0, in[1], in[0]), f32(2, 3), i64(2)),
                shape("scatter", "same rank", in -> in[0].scatter(0, in[1], in[2]), f32(2, 3), i64(2, 3), f32(2)),
                position(
                        "scatter",
                        "axis 0 of size 1: give indices from -1 to 0",
                        in -> in[0].scatter(0, in[1], in[0]),
                        f32(1, 3),
                        i64(1, 3)),
                axis("scatterAdd", in -> in[0].scatterAdd(2, in[0], in[0])),
                sourceType("scatterAdd", in -> in[0].scatterAdd(0, in[2], in[1])),
                shape("scatterAdd", "same rank", in -> in[0].scatterAdd(0, in[1], in[0]), f32(2, 3), i64(2)),
                position(
                        "scatterAdd",
                        "axis 0 of size 1: give indices from -1 to 0",
                        in -> in[0].scatterAdd(0, in[1], in[0]),
                        f32(1, 3),
                        i64(1, 3)),
                dtype("indexSelect", "to(DType.I64)", in -> in[0].indexSelect(0, in[1]), f32(2), f32(2)),
                shape("indexSelect", "flatten it", in -> in[0].indexSelect(0, in[0]), i64(2, 2)),
                position(
                        "indexSelect",
                        "axis 0 of size 1: give indices from -1 to 0",
                        in -> in[0].indexSelect(0, in[1]),
                        f32(1, 3),
                        i64(2)),
                sourceType("indexAdd", in -> in[0].indexAdd(0, in[2], in[1])),
                shape(
                        "indexAdd",
                        "one slice for each",
                        in -> in[0].indexAdd(0, in[0].to(DType.I64), in[1]),
                        i64(2),
                        i64(3)),
                position(
                        "indexAdd",
                        "axis 0 of size 1: give indices from -1 to 0",
                        in -> in[0].indexAdd(0, in[1], in[0]),
                        f32(1, 3),
                        i64(1)),
                dtype("take", "to(DType.I64)", in -> in[0].take(in[1]), f32(2), f32(2)),
                position(
                        "take",
                        "the 1 elements of shape [1, 1]: give -1 to 0",
                        in -> in[0].take(in[1]),
                        f32(1, 1),
                        i64(2)),
                dtype("maskedSelect", "compare first", in -> in[0].maskedSelect(in[1]), f32(2), f32(2)),
                shape("maskedSelect", resize(), in -> in[0].maskedSelect(in[1]), f32(2), bool(3)));
    }

    private static String resize() {
        return "make them equal, or one of them 1";
    }

    static Stream<Refusal> products() {
        ConvSpec grouped = ConvSpec.DEFAULT.groups(2);
        PoolSpec pool = PoolSpec.of(3);
        return Stream.of(
                shape("matmul", "transpose one of them?", in -> in[0].matmul(in[1]), f32(2, 3), f32(2, 3)),
                shape("matmul", "transpose one of them?", in -> in[0].matmul(in[1]), f32(2, 3), type(F64, 2)),
                shape("matmul", "make them equal", in -> in[0].matmul(in[1]), f32(2, 3, 3), f32(4, 3, 3)),
                shape("matmul", "use mul", in -> in[0].matmul(in[1]), f32(2, 3), f32()),
                dtype("matmul", "to(DType.F32)", in -> in[0].matmul(in[1]), bool(2, 2), bool(2, 2)),
                shape("dot", "use matmul", in -> in[0].dot(in[1]), f32(2, 3), f32(3)),
                shape("outer", "flatten them", in -> in[0].outer(in[1]), f32(2, 3), f32(3)),
                shape(
                        "linear",
                        "the input's last size must be in",
                        in -> Functional.linear(in[0], in[1], null),
                        f32(2, 3),
                        f32(4, 2)),
                size("linear", "[3]", "one number for each output", in -> linear(in), f32(2, 3), f32(4, 3), f32(3)),
                dtype("linear", "to(dtype)", in -> linear(in), f32(2, 3), type(F64, 4, 3), f32(4)),
                dtype("linear", "to(DType.F32)", in -> linear(in), i64(2, 3), i64(4, 3), i64(4)),
                shape(
                        "conv2d",
                        "the input must be (n, c, h, w)",
                        in -> Functional.conv2d(in[0], in[1]),
                        f32(2, 3),
                        f32(1, 1, 1, 1)),
                shape(
                        "conv2d",
                        "must have 3 channels",
                        in -> Functional.conv2d(in[0], in[1]),
                        f32(1, 2, 4, 4),
                        f32(1, 3, 1, 1)),
                shape(
                        "conv2d",
                        "a multiple of the groups",
                        in -> Functional.conv2d(in[0], in[1], null, grouped),
                        f32(1, 2, 4, 4),
                        f32(3, 1, 1, 1)),
                shape("conv2d", "pad more", in -> Functional.conv2d(in[0], in[1]), f32(1, 1, 2, 4), f32(1, 1, 3, 3)),
                dtype(
                        "conv2d",
                        "to(dtype)",
                        in -> Functional.conv2d(in[0], in[1]),
                        f32(1, 1, 4, 4),
                        type(F64, 1, 1, 3, 3)),
                dtype(
                        "conv2d",
                        "to(DType.F32)",
                        in -> Functional.conv2d(in[0], in[1]),
                        i64(1, 1, 4, 4),
                        i64(1, 1, 3, 3)),
                shape("maxPool2d", "it must be (n, c, h, w)", in -> Functional.maxPool2d(in[0], pool), f32(2, 3)),
                shape("maxPool2d", "smaller window", in -> Functional.maxPool2d(in[0], pool), f32(1, 1, 2, 3)),
                dtype("maxPool2d", "to(DType.F32)", in -> Functional.maxPool2d(in[0], pool), i64(1, 1, 3, 3)),
                shape("avgPool2d", "it must be (n, c, h, w)", in -> Functional.avgPool2d(in[0], pool), f32(2, 3)),
                shape("avgPool2d", "smaller window", in -> Functional.avgPool2d(in[0], pool), f32(1, 2, 3)),
                dtype("avgPool2d", "to(DType.F32)", in -> Functional.avgPool2d(in[0], pool), bool(1, 1, 3, 3)),
                shape(
                        "prelu",
                        "one for each of the 3 channels",
                        in -> Functional.prelu(in[0], in[1]),
                        f32(2, 3),
                        f32(2)),
                dtype("gelu", "to(DType.F32)", in -> Functional.gelu(in[0]), i64(2)),
                dtype("dropout", "to(DType.F32)", in -> Functional.dropout(in[0], 0.5, true), i64(2)),
                argument("dropout", "1.5", "from 0 to 1", in -> Functional.dropout(in[0], 1.5, true), f32(2)),
                shape("mseLoss", "reshape one of them", in -> Losses.mseLoss(in[0], in[1]), f32(2, 1), f32(2)),
                dtype("mseLoss", "to(dtype)", in -> Losses.mseLoss(in[0], in[1]), f32(2), type(F64, 2)),
                shape(
                        "binaryCrossEntropy",
                        "reshape one",
                        in -> Losses.binaryCrossEntropy(in[0], in[1]),
                        f32(2, 1),
                        f32(2)),
                shape(
                        "crossEntropy",
                        "need a target of shape [2]",
                        in -> Losses.crossEntropy(in[0], in[1]),
                        f32(2, 3),
                        i64(3)),
                shape(
                        "crossEntropy",
                        "have the logits' shape",
                        in -> Losses.crossEntropy(in[0], in[1]),
                        f32(2, 3),
                        f32(2)),
                dtype(
                        "nllLoss",
                        "crossEntropy for probabilities",
                        in -> Losses.nllLoss(in[0], in[1]),
                        f32(2, 3),
                        f32(2, 3)),
                shape(
                        "nllLoss",
                        "need a target of shape [2]",
                        in -> Losses.nllLoss(in[0], in[1]),
                        f32(2, 3),
                        i64(2, 3)));
    }

    private static Tensor linear(Tensor... in) {
        return Functional.linear(in[0], in[1], in[2]);
    }

    static Stream<Refusal> values() {
        return Stream.of(
                shape("item", "use toFloatArray", in -> in[0].item(), f32(2)),
                shape("of", "counts must be equal", in -> Tensors.of(Shape.of(2), 1f)),
                shape("of", "rows of equal length", in -> Tensors.of(new float[][] {{1, 2}, {3}})),
                size("arange", "step is 0", "give 1 or more", in -> Tensors.arange(0, 5, 0)),
                dtype("linspace", "use arange", in -> Tensors.linspace(I64, 0, 1, 2)),
                dtype("full", "wider dtype", in -> Tensors.full(U8, 256, 2)),
                position("oneHot", "give 0 to 0", in -> Tensors.oneHot(in[0], 1), i64(1)),
                dtype("oneHot", "to(DType.I64)", in -> Tensors.oneHot(in[0], 2), f32(1)),
                argument("randint", "5", "at least 1", in -> Tensors.randint(5, 5, Shape.of(2))));
    }

    static Stream<Refusal> inPlace() {
        String operandOnly = "only the operand broadcasts";
        return Stream.of(
                shape("add_", operandOnly, in -> in[0].add_(in[1]), f32(2), f32(3, 2)),
                shape("copy_", operandOnly, in -> in[0].copy_(in[1]), f32(2), i64(3)),
                shape("maskedFill_", operandOnly, in -> in[0].maskedFill_(in[1], 1), f32(2), bool(3)),
                dtype("maskedFill_", "compare first", in -> in[0].maskedFill_(in[1], 1), i64(2), i64(2)),
                dtype("sqrt_", "use sqrt,", in -> in[0].sqrt_(), i64(2)),
                dtype("add_", "use add,", in -> in[0].add_(in[1]), i64(2), f32(2)),
                dtype("div_", "use div,", in -> in[0].div_(in[1]), i64(2), i64(2)),
                dtype("fill_", "wider dtype", in -> in[0].fill_(-1), type(U8, 2)));
    }

    @ParameterizedTest
    @MethodSource({"elementwise", "shapes", "alongAxes", "indexing", "products", "values", "inPlace"})
    void theErrorSaysWhatIsWrongAndWhatToDo(Refusal refusal) {
        Tensor[] operands = refusal.operands().stream()
                .map(operand -> Tensors.ones(operand.dtype(), operand.shape(), Device.CPU))
                .toArray(Tensor[]::new);
        MemoryStats before = MemoryStats.of(Device.CPU);
        Throwable thrown = catchThrowable(() -> refusal.call().apply(operands));
        MemoryStats after = MemoryStats.of(Device.CPU);
        assertThat(thrown).as("%s", refusal).isExactlyInstanceOf(refusal.type());
        assertThat(thrown).hasMessageStartingWith(refusal.operation() + ": ");
        for (String part : refusal.parts()) {
            assertThat(thrown).hasMessageContaining(part);
        }
        assertThat(after.liveBytes()).as("bytes that stay: %s", refusal).isEqualTo(before.liveBytes());
        assertThat(after.liveCount()).as("storages that stay: %s", refusal).isEqualTo(before.liveCount());
    }
}

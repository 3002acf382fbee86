package org.gatun.tensor.cpu;

import static java.lang.constant.ConstantDescs.BSM_CLASS_DATA_AT;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.DEFAULT_NAME;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import org.gatun.tensor.DType;
import org.gatun.tensor.ir.BinaryFn;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.ir.UnaryFn;
import org.jspecify.annotations.Nullable;

/**
 * Writes a region as one loop over vectors, in bytecode, with the functions of {@link F32Functions} or {@link F64Functions} as
 * constants. Block by block, a region of twelve steps sends some thirty streams through the caches; this loop sends those of its
 * operands and results. Both compute the same functions of the same vectors, so that their results agree in every bit.
 *
 * <p>It takes regions of one floating dtype, conditions inside included, made of functions without a rare branch: one that is
 * first taken after the JVM compiled the loop would send it back to the interpreter, where a vector operation takes microseconds.
 */
final class RegionCompiler {
    /** The most steps: far fewer than fit a method that the JVM compiles, and more than registers serve. */
    private static final int MOST_STEPS = 64;

    private static final ClassDesc NAME = ClassDesc.of(RegionCompiler.class.getPackageName(), "CompiledRegion");
    private static final ClassDesc VECTOR = desc(Vector.class);
    private static final ClassDesc MASK = desc(VectorMask.class);
    private static final ClassDesc LONGS = CD_long.arrayType();
    private static final MethodTypeDesc RUN = MethodTypeDesc.of(CD_void, LONGS, CD_int);
    private static final MethodTypeDesc STORE =
            MethodTypeDesc.of(CD_void, desc(MemorySegment.class), CD_long, desc(ByteOrder.class));
    private static final MethodTypeDesc STORE_MASKED = STORE.insertParameterTypes(3, MASK);
    private static final MethodTypeDesc TAIL = MethodTypeDesc.of(CD_void, LONGS, CD_int, CD_int);

    /** The classes of a dtype. {@code calls} holds the loads, stores and choices, the others are types of functions. */
    private record Lanes(
            int count,
            long bytes,
            ClassDesc vector,
            ClassDesc calls,
            ClassDesc unary,
            ClassDesc binary,
            ClassDesc comparison) {
        static final Lanes F32 = new Lanes(
                F32Lanes.COUNT,
                Float.BYTES,
                desc(FloatVector.class),
                desc(F32Lanes.class),
                desc(F32Unary.class),
                desc(F32Binary.class),
                desc(F32Comparison.class));
        static final Lanes F64 = new Lanes(
                F64Lanes.COUNT,
                Double.BYTES,
                desc(DoubleVector.class),
                desc(F64Lanes.class),
                desc(F64Unary.class),
                desc(F64Binary.class),
                desc(F64Comparison.class));
    }

    private final Expr expr;
    private final int inputs;
    private final boolean[] single;
    private final Lanes lanes;
    /** The steps of the loop: nodes of which some operand is not a single element. */
    private final List<Integer> computed = new ArrayList<>();
    /** Operands that are read vector by vector. */
    private final boolean[] loaded;
    /** Single elements that stand in every lane. */
    private final boolean[] repeated;
    /** The functions, in order of the steps that call them. */
    private final List<Object> functions = new ArrayList<>();

    private RegionCompiler(Expr expr, boolean[] single) {
        this.expr = expr;
        this.inputs = expr.inputs().size();
        this.single = single;
        this.lanes = dtype(expr) == DType.F32 ? Lanes.F32 : Lanes.F64;
        this.loaded = new boolean[single.length];
        this.repeated = new boolean[single.length];
        for (int v = inputs; v < single.length; v++) {
            if (!single[v] && expr.nodes().get(v - inputs) instanceof Expr.Apply apply) {
                computed.add(v);
                for (int operand : operands(apply)) {
                    repeated[operand] |= single[operand];
                    loaded[operand] |= !single[operand] && operand < inputs;
                }
            }
        }
    }

    // ---- what can be compiled ----

    /** Whether a program, not depending on which operands are single elements, can be compiled. */
    static boolean accepts(Expr expr) {
        DType dtype = dtype(expr);
        if (!dtype.isFloating() || dtype.isNarrow() || expr.nodes().size() > MOST_STEPS) {
            return false;
        }
        for (DType input : expr.inputs()) {
            if (input != dtype) {
                return false;
            }
        }
        for (int output : expr.outputs()) {
            if (expr.dtype(output) != dtype) {
                return false;
            }
        }
        int steps = 0;
        for (Expr.Node node : expr.nodes()) {
            if (node.dtype() != dtype && node.dtype() != DType.BOOL) {
                return false;
            }
            if (node instanceof Expr.Apply apply) {
                Op.Scalar op = apply.op();
                boolean comparesBooleans = op instanceof Op.Compare && expr.dtype(apply.a()) == DType.BOOL;
                if (comparesBooleans || !isStraight(op) || (needsFunction(op) && function(dtype, op) == null)) {
                    return false;
                }
                steps++;
            } else if (node.dtype() == DType.BOOL) {
                return false;
            }
        }
        // A single step is as well off with its own loop.
        return steps > 1;
    }

    private static DType dtype(Expr expr) {
        return expr.inputs().isEmpty() ? DType.BOOL : expr.inputs().getFirst();
    }

    private static boolean needsFunction(Op.Scalar op) {
        return switch (op) {
            case Op.Unary u -> true;
            case Op.Binary b -> true;
            case Op.Compare c -> true;
            case Op.Logic l -> false;
            case Op.Not n -> false;
            case Op.Select s -> false;
            case Op.Cast c -> false;
        };
    }

    private static @Nullable Object function(DType dtype, Op.Scalar op) {
        boolean floats = dtype == DType.F32;
        return switch (op) {
            case Op.Unary u -> floats ? F32Functions.of(u.fn()) : F64Functions.of(u.fn());
            case Op.Binary b -> floats ? F32Functions.of(b.fn()) : F64Functions.of(b.fn());
            case Op.Compare c -> floats ? F32Functions.of(c.fn()) : F64Functions.of(c.fn());
            case Op.Logic l -> null;
            case Op.Not n -> null;
            case Op.Select s -> null;
            case Op.Cast c -> null;
        };
    }

    /** Whether an operation on vectors runs the same instructions whatever the values are. */
    private static boolean isStraight(Op.Scalar op) {
        return switch (op) {
            case Op.Unary u -> isStraight(u.fn());
            case Op.Binary b -> isStraight(b.fn());
            case Op.Compare c -> true;
            case Op.Logic l -> true;
            case Op.Not n -> true;
            case Op.Select s -> true;
            case Op.Cast c -> true;
        };
    }

    private static boolean isStraight(UnaryFn fn) {
        return switch (fn) {
            case NEG, ABS, SIGN, SQUARE, RELU, SQRT, RSQRT, RECIPROCAL, FLOOR, CEIL, ROUND, TRUNC -> true;
            case EXP, EXP2, EXPM1, LOG, LOG2, LOG10, LOG1P, SINH, COSH, TANH, SIGMOID, SOFTPLUS, ERF, ERFC -> true;
            case ERFCX, NDTR, CBRT -> true;
            case ERFINV, NDTRI, LGAMMA, DIGAMMA, I0, I0E, I1, I1E -> false;
            case SIN, COS, TAN, ASIN, ACOS, ATAN, ASINH, ACOSH, ATANH -> false;
        };
    }

    private static boolean isStraight(BinaryFn fn) {
        return switch (fn) {
            case ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, COPYSIGN -> true;
            case FLOOR_DIVIDE, TRUNC_DIVIDE, REMAINDER, FMOD, POW, ATAN2, HYPOT, NEXTAFTER, ZETA, GAMMAINC, GAMMAINCC ->
                false;
        };
    }

    // ---- the class ----

    /**
     * Compiles a program that is {@linkplain #accepts accepted}.
     *
     * @param single which values are one element for all places
     * @return the loop, or null when for these single elements it is not worth one
     */
    static @Nullable RegionLoop compile(Expr expr, boolean[] single) {
        var compiler = new RegionCompiler(expr, single);
        for (int v = 0; v < single.length; v++) {
            if (compiler.repeated[v] && expr.dtype(v) == DType.BOOL) {
                return null;
            }
        }
        return compiler.computed.size() < 2 ? null : compiler.define();
    }

    private RegionLoop define() {
        byte[] bytes = ClassFile.of()
                .build(
                        NAME,
                        type -> type.withInterfaceSymbols(desc(RegionLoop.class))
                                .withMethodBody(
                                        INIT_NAME,
                                        MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(CD_Object, INIT_NAME, MTD_void)
                                                .return_())
                                .withMethodBody("run", RUN, ClassFile.ACC_PUBLIC, this::run)
                                .withMethodBody(
                                        "tail", TAIL, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC, this::tail));
        try {
            Class<?> loop = MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes, List.copyOf(functions), true)
                    .lookupClass();
            return (RegionLoop) loop.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot define the loop of " + expr, e);
        }
    }

    /** {@code void run(long[] at, int n)}: whole vectors, then the tail. */
    private void run(CodeBuilder code) {
        KernelTemplate.keepOutOfLine(code);
        int at = code.parameterSlot(0);
        int n = code.parameterSlot(1);
        int whole = code.allocateLocal(TypeKind.INT);
        int i = code.allocateLocal(TypeKind.INT);
        code.iload(n).loadConstant(-lanes.count).iand().istore(whole);
        int[] places = places(code, at);
        int[] values = repeatSingles(code, places);
        code.iconst_0().istore(i);
        Label next = code.newBoundLabel();
        Label end = code.newLabel();
        code.iload(i).iload(whole).if_icmpge(end);
        body(code, places, values, i, -1);
        code.iinc(i, lanes.count).goto_(next).labelBinding(end);
        Label done = code.newLabel();
        code.iload(n).iload(whole).if_icmpeq(done);
        code.aload(at).iload(whole).iload(n).iload(whole).isub().invokestatic(NAME, "tail", TAIL);
        code.labelBinding(done).return_();
    }

    /** {@code static void tail(long[] at, int from, int n)}: the last elements, fewer than a vector. */
    private void tail(CodeBuilder code) {
        KernelTemplate.keepOutOfLine(code);
        int mask = code.allocateLocal(TypeKind.REFERENCE);
        code.iload(code.parameterSlot(2))
                .invokestatic(lanes.calls, "first", MethodTypeDesc.of(MASK, CD_int))
                .astore(mask);
        int[] places = places(code, code.parameterSlot(0));
        int[] values = repeatSingles(code, places);
        body(code, places, values, code.parameterSlot(1), mask);
        code.return_();
    }

    /** Brings the addresses that are needed into locals, by value. */
    private int[] places(CodeBuilder code, int at) {
        int[] places = new int[single.length];
        for (int v = 0; v < places.length; v++) {
            if (loaded[v] || repeated[v] || isStored(v)) {
                places[v] = code.allocateLocal(TypeKind.LONG);
                code.aload(at).loadConstant(v).laload().lstore(places[v]);
            }
        }
        return places;
    }

    private boolean isStored(int value) {
        return value >= inputs && !single[value] && expr.outputs().contains(value);
    }

    /** Gives every value of the loop a local; those of single elements are filled. */
    private int[] repeatSingles(CodeBuilder code, int[] places) {
        int[] values = new int[single.length];
        for (int v = 0; v < values.length; v++) {
            if (loaded[v] || repeated[v] || computed.contains(v)) {
                values[v] = code.allocateLocal(TypeKind.REFERENCE);
            }
            if (repeated[v]) {
                code.lload(places[v])
                        .invokestatic(lanes.calls, "repeat", MethodTypeDesc.of(lanes.vector, CD_long))
                        .astore(values[v]);
            }
        }
        return values;
    }

    /** Loads, computes and stores one vector, that of the elements from the number in the local {@code i} on. */
    private void body(CodeBuilder code, int[] places, int[] values, int i, int mask) {
        functions.clear();
        for (int v = 0; v < inputs; v++) {
            if (loaded[v]) {
                address(code, places[v], i);
                call(code, "load", lanes.vector, mask, CD_long);
                code.astore(values[v]);
            }
        }
        for (int v : computed) {
            if (expr.nodes().get(v - inputs) instanceof Expr.Apply apply) {
                step(code, apply, values);
                code.astore(values[v]);
            }
        }
        for (int v = inputs; v < single.length; v++) {
            if (isStored(v)) {
                store(code, values[v], places[v], i, mask);
            }
        }
    }

    /**
     * Stores straight through the Vector API: after a long computation the JIT compiler inlines nothing but that ("NodeCountInliningCutoff"),
     * and a vector that goes to a method becomes an object on the heap.
     */
    private void store(CodeBuilder code, int value, int place, int i, int mask) {
        code.aload(value).getstatic(desc(Ram.class), "ALL", desc(MemorySegment.class));
        address(code, place, i);
        code.getstatic(lanes.calls, "ORDER", desc(ByteOrder.class));
        if (mask >= 0) {
            code.aload(mask);
        }
        code.invokevirtual(lanes.vector, "intoMemorySegment", mask >= 0 ? STORE_MASKED : STORE);
    }

    private void address(CodeBuilder code, int place, int i) {
        code.lload(place).iload(i).i2l().loadConstant(lanes.bytes).lmul().ladd();
    }

    private void call(CodeBuilder code, String name, ClassDesc result, int mask, ClassDesc... parameters) {
        ClassDesc[] all = parameters;
        if (mask >= 0) {
            code.aload(mask);
            all = Arrays.copyOf(parameters, parameters.length + 1);
            all[parameters.length] = MASK;
        }
        code.invokestatic(lanes.calls, name, MethodTypeDesc.of(result, all));
    }

    private void step(CodeBuilder code, Expr.Apply apply, int[] values) {
        Object function = function(dtype(expr), apply.op());
        switch (apply.op()) {
            case Op.Unary u -> {
                function(code, lanes.unary, function);
                operands(code, apply, values);
                code.invokeinterface(lanes.unary, "apply", MethodTypeDesc.of(lanes.vector, lanes.vector));
            }
            case Op.Binary b -> {
                String method = vectorMethod(b.fn());
                if (method != null) {
                    operands(code, apply, values);
                    code.invokevirtual(lanes.vector, method, MethodTypeDesc.of(lanes.vector, VECTOR));
                } else {
                    function(code, lanes.binary, function);
                    operands(code, apply, values);
                    code.invokeinterface(
                            lanes.binary, "apply", MethodTypeDesc.of(lanes.vector, lanes.vector, lanes.vector));
                }
            }
            case Op.Compare c -> {
                function(code, lanes.comparison, function);
                operands(code, apply, values);
                code.invokeinterface(lanes.comparison, "apply", MethodTypeDesc.of(MASK, lanes.vector, lanes.vector));
            }
            case Op.Logic l -> {
                operands(code, apply, values);
                // of truth values, that is of masks: no other kind of logic gets here
                String name = l.fn().name().toLowerCase(Locale.ROOT);
                code.invokestatic(lanes.calls, name, MethodTypeDesc.of(MASK, MASK, MASK));
            }
            case Op.Not n -> {
                operands(code, apply, values);
                code.invokestatic(lanes.calls, "not", MethodTypeDesc.of(MASK, MASK));
            }
            case Op.Select s -> {
                operands(code, apply, values);
                ClassDesc type = type(apply.dtype());
                code.invokestatic(lanes.calls, "select", MethodTypeDesc.of(type, MASK, type, type));
            }
            case Op.Cast c -> {
                operands(code, apply, values);
                DType from = expr.dtype(apply.a());
                if (from != c.to()) {
                    String name = c.to() == DType.BOOL ? "toBool" : "fromBool";
                    code.invokestatic(lanes.calls, name, MethodTypeDesc.of(type(c.to()), type(from)));
                }
            }
        }
    }

    /** The method of the Vector API that is a function's kernel, which is called straight for the same reason as in the stores. */
    private static @Nullable String vectorMethod(BinaryFn fn) {
        return switch (fn) {
            case ADD -> "add";
            case SUB -> "sub";
            case MUL -> "mul";
            case DIV -> "div";
            case MAXIMUM -> "max";
            case MINIMUM -> "min";
            case FLOOR_DIVIDE,
                    TRUNC_DIVIDE,
                    REMAINDER,
                    FMOD,
                    POW,
                    ATAN2,
                    HYPOT,
                    COPYSIGN,
                    NEXTAFTER,
                    ZETA,
                    GAMMAINC,
                    GAMMAINCC -> null;
        };
    }

    private ClassDesc type(DType dtype) {
        return dtype == DType.BOOL ? MASK : lanes.vector;
    }

    private void function(CodeBuilder code, ClassDesc type, @Nullable Object function) {
        code.loadConstant(DynamicConstantDesc.ofNamed(BSM_CLASS_DATA_AT, DEFAULT_NAME, type, functions.size()));
        functions.add(function);
    }

    private static void operands(CodeBuilder code, Expr.Apply apply, int[] values) {
        for (int v : operands(apply)) {
            code.aload(values[v]);
        }
    }

    private static int[] operands(Expr.Apply apply) {
        int[] all = {apply.a(), apply.b(), apply.c()};
        return Arrays.copyOf(all, apply.c() >= 0 ? 3 : apply.b() >= 0 ? 2 : 1);
    }

    private static ClassDesc desc(Class<?> type) {
        return type.describeConstable().orElseThrow();
    }
}

package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gatun.tensor.conformance.CompositeSamples;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.linalg.LuFactor;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.memory.OutOfNativeMemoryException;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every public method, called with arguments drawn from values of their types that are right for some methods and wrong for others: what
 * it refuses it refuses by an exception whose message begins with its own name, and never by an error of the code beneath.
 */
class OperationNamesErrorsTest {
    /** Calls of each method. Their arguments follow from its signature alone, so that every run makes the same. */
    private static final int CALLS = 400;

    /** What concerns the life of a tensor and not its values, or depends on the machine. */
    private static final Set<String> LIFE = Set.of("close", "keep", "keepFrom", "unscope", "concrete", "cuda");

    /** Functions that find an integer without a result amid their elements, and do not know which method asked for them. */
    private static final Map<String, Set<String>> FUNCTIONS =
            Map.of("div", Set.of("floorDivide", "truncDivide"), "pow_", Set.of("pow"));

    static Stream<Class<?>> classes() {
        return CompositeSamples.classes().stream();
    }

    @ParameterizedTest
    @MethodSource("classes")
    void refusalsBeginWithTheNameOfTheMethod(Class<?> type) {
        Map<String, String> complaints = new TreeMap<>();
        int refusals = 0;
        try (MemoryScope scope = MemoryScope.open("arguments")) {
            Values values = new Values();
            for (Method method : type.getMethods()) {
                if (!method.isSynthetic()
                        && method.getDeclaringClass() != Object.class
                        && !LIFE.contains(method.getName())) {
                    refusals += call(method, values, complaints);
                }
            }
        }
        assertThat(complaints.values()).isEmpty();
        assertThat(refusals).isGreaterThan(100);
    }

    /** Calls a method, keeps one complaint for each beginning of a message, and says how many calls were refused. */
    private static int call(Method method, Values values, Map<String, String> complaints) {
        Random random = new Random(method.toGenericString().hashCode());
        boolean isStatic = Modifier.isStatic(method.getModifiers());
        int refusals = 0;
        for (int k = 0; k < CALLS; k++) {
            try (MemoryScope scope = MemoryScope.open(method.getName())) {
                Object self = isStatic ? null : values.of(Tensor.class, random);
                Object[] arguments = Arrays.stream(method.getParameterTypes())
                        .map(parameter -> values.of(parameter, random))
                        .toArray();
                try {
                    method.invoke(self, arguments);
                } catch (InvocationTargetException e) {
                    refusals++;
                    Throwable refusal = e.getCause();
                    if (!isNamed(method.getName(), refusal)) {
                        String complaint = method.getDeclaringClass().getSimpleName() + "." + method.getName() + " of "
                                + (isStatic ? "" : text(self) + " and ") + text(arguments) + ": " + refusal;
                        complaints.putIfAbsent(
                                method.getName() + refusal.getClass() + name(refusal),
                                complaint + " at "
                                        + (refusal.getStackTrace().length == 0 ? "?" : refusal.getStackTrace()[0]));
                    }
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
        return refusals;
    }

    private static boolean isNamed(String method, Throwable refusal) {
        boolean isKind = refusal instanceof IllegalArgumentException
                || refusal instanceof IllegalStateException
                || refusal instanceof ArithmeticException
                || refusal.getClass() == IndexOutOfBoundsException.class;
        String name = name(refusal);
        if (refusal instanceof OutOfNativeMemoryException) {
            return true;
        }
        boolean isFunction = refusal instanceof ArithmeticException
                && FUNCTIONS.getOrDefault(method, Set.of()).contains(name);
        return isKind && (name.equals(method) || isFunction);
    }

    private static String name(Throwable refusal) {
        String message = String.valueOf(refusal.getMessage());
        return message.substring(0, Math.max(message.indexOf(':'), 0));
    }

    private static String text(@Nullable Object argument) {
        return switch (argument) {
            case null -> "null";
            case Tensor tensor -> tensor.dtype() + tensor.shape().toString();
            case Object[] array ->
                Arrays.stream(array).map(OperationNamesErrorsTest::text).collect(Collectors.joining(", ", "[", "]"));
            case List<?> list -> text(list.toArray());
            case int[] array -> Arrays.toString(array);
            case long[] array -> Arrays.toString(array);
            case double[] array -> Arrays.toString(array);
            default -> argument.toString();
        };
    }

    /** Values of every type that a parameter has. */
    private static final class Values {
        private static final List<Shape> SHAPES = List.of(
                Shape.SCALAR,
                Shape.of(3),
                Shape.of(0),
                Shape.of(2, 2),
                Shape.of(2, 3),
                Shape.of(2, 3, 4),
                Shape.of(1, 2, 3, 4));

        private final Map<DType, List<Tensor>> tensors = new TreeMap<>();
        private int shape;

        Values() {
            for (DType dtype : DType.values()) {
                List<Tensor> ones = new ArrayList<>();
                for (Shape s : SHAPES) {
                    ones.add(Tensors.ones(dtype, s, Device.CPU));
                }
                tensors.put(dtype, ones);
            }
        }

        /** One of all tensors; half of them F32, which most methods take, and half of the shape of the one before. */
        private Tensor tensor(Random random) {
            DType dtype = random.nextBoolean() ? DType.F32 : one(random, DType.values());
            shape = random.nextBoolean() ? shape : random.nextInt(SHAPES.size());
            return tensors.getOrDefault(dtype, List.of()).get(shape);
        }

        Object of(Class<?> type, Random random) {
            if (type.isArray()) {
                Object array = Array.newInstance(type.getComponentType(), random.nextInt(4));
                for (int i = 0; i < Array.getLength(array); i++) {
                    Array.set(array, i, of(type.getComponentType(), random));
                }
                return array;
            }
            if (type.isEnum()) {
                return one(random, type.getEnumConstants());
            }
            return switch (type.getSimpleName()) {
                case "Tensor" -> tensor(random);
                case "List" -> Arrays.asList((Object[]) of(Tensor[].class, random));
                case "boolean" -> random.nextBoolean();
                case "byte" -> (byte) random.nextInt(-2, 3);
                case "short" -> (short) random.nextInt(-2, 3);
                case "int" -> one(random, 0, 1, -1, 2, -2, 3, 9, -9, Integer.MIN_VALUE, Integer.MAX_VALUE);
                case "long" ->
                    one(random, 0L, 1L, 2L, 3L, 4L, -1L, -2L, 7L, Long.MIN_VALUE, 1L << 62, 1L << 62, Long.MAX_VALUE);
                case "float" -> (float) random.nextInt(-2, 3);
                case "double" ->
                    one(random, 0.0, 1.0, 0.5, 2.0, -1.0, 3.5, Double.NaN, Double.POSITIVE_INFINITY, 1e300, -1e300);
                case "String" -> one(random, "ij,jk->ik", "ii", "ij->", "", "i->ii", "..a,a", "i,,");
                case "Shape" -> one(random, Shape.SCALAR, Shape.of(3), Shape.of(2, 3), Shape.of(0, 2), Shape.of(6));
                case "Device" -> Device.CPU;
                case "Generator" -> new Generator(7);
                case "Index" ->
                    one(
                            random,
                            Index.at(0),
                            Index.at(5),
                            Index.all(),
                            Index.range(1, 2),
                            Index.newAxis(),
                            Index.ellipsis(),
                            Index.of(0, 1),
                            Index.mask(Tensors.ones(DType.BOOL, 2, 3)));
                case "ConvOptions" ->
                    one(
                            random,
                            ConvOptions.DEFAULT,
                            ConvOptions.DEFAULT.stride(2, 1),
                            ConvOptions.DEFAULT.groups(3),
                            ConvOptions.DEFAULT.padding(1));
                case "PoolOptions" ->
                    one(
                            random,
                            PoolOptions.of(2),
                            PoolOptions.of(3, 2),
                            PoolOptions.of(1).padding(0, 0, 0));
                case "AttentionOptions" ->
                    one(
                            random,
                            AttentionOptions.DEFAULT,
                            AttentionOptions.DEFAULT.withCausal(true),
                            AttentionOptions.DEFAULT.withMask(tensor(random)),
                            AttentionOptions.DEFAULT.withGroupedQueries(true));
                case "CrossEntropyOptions" -> CrossEntropyOptions.DEFAULT;
                case "PrintOptions" -> PrintOptions.DEFAULT;
                case "ConvSpec" -> ConvSpec.DEFAULT;
                case "PoolSpec" -> PoolSpec.of(2);
                case "LuFactor" -> new LuFactor(tensor(random), tensor(random));
                case "MemorySegment" -> MemorySegment.ofArray(new byte[8]);
                default -> throw new AssertionError("no values for parameters of " + type);
            };
        }

        @SafeVarargs
        private static <T> T one(Random random, T... values) {
            return values[random.nextInt(values.length)];
        }
    }
}

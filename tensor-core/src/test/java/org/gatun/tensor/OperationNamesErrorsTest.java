package org.gatun.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.gatun.tensor.conformance.CompositeSamples;
import org.gatun.tensor.ir.ConvSpec;
import org.gatun.tensor.ir.PoolSpec;
import org.gatun.tensor.linalg.LuFactor;
import org.gatun.tensor.linalg.MatrixNorm;
import org.gatun.tensor.memory.MemoryScope;
import org.gatun.tensor.random.Generator;
import org.gatun.tensor.shape.Shape;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every public method, called with arguments of every type drawn from values that are right for some method and wrong for others: what
 * it refuses, it refuses by an exception whose message begins with the name of that method, and by no error of the code beneath.
 */
class OperationNamesErrorsTest {
    /** Calls of each method; the arguments follow from its signature alone. */
    private static final int CALLS = 400;

    /** The functions that find integers without a result in the midst of their elements, and do not know the method. */
    private static final Map<String, List<String>> KERNELS = Map.of(
            "div", List.of("floorDivide", "truncDivide"), "pow_", List.of("pow"), "ALIASES", List.of());

    static Stream<Class<?>> classes() {
        return CompositeSamples.classes().stream();
    }

    @ParameterizedTest
    @MethodSource("classes")
    void refusalsBeginWithTheNameOfTheMethod(Class<?> type) {
        Map<String, String> complaints = new TreeMap<>();
        try (MemoryScope scope = MemoryScope.open("arguments")) {
            Arguments arguments = new Arguments();
            for (Method method : type.getMethods()) {
                if (!method.isSynthetic() && method.getDeclaringClass() != Object.class && !isExempt(method)) {
                    probe(method, arguments, complaints);
                }
            }
        }
        complaints.values().forEach(c -> System.out.println(type.getSimpleName() + " | " + c));
        assertThat(complaints.size()).isEqualTo(0);
    }

    /** What touches the life of a tensor rather than its values. */
    private static boolean isExempt(Method method) {
        return List.of("close", "keep", "keepFrom", "unscope", "concrete").contains(method.getName());
    }

    private static void probe(Method method, Arguments arguments, Map<String, String> complaints) {
        Random random = new Random(method.toGenericString().hashCode());
        boolean isStatic = Modifier.isStatic(method.getModifiers());
        for (int call = 0; call < CALLS; call++) {
            try (MemoryScope scope = MemoryScope.open(method.getName())) {
                Object self = isStatic ? null : arguments.of(Tensor.class, random);
                Object[] given = Arrays.stream(method.getParameterTypes())
                        .map(parameter -> arguments.of(parameter, random))
                        .toArray();
                try {
                    method.invoke(self, given);
                } catch (InvocationTargetException e) {
                    String complaint = complaint(method.getName(), e.getCause());
                    if (complaint != null) {
                        complaints.putIfAbsent(
                                method.getDeclaringClass().getSimpleName() + "." + method.getName() + " " + complaint.replaceAll("^([^:]*: [^ :]*).*", "$1") + at(e.getCause()),
                                method.getName() + " | " + complaint + " " + describe(self) + describe(given) + at(e.getCause()));
                    }
                } catch (IllegalAccessException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private static String at(Throwable e) { return " @" + Arrays.stream(e.getStackTrace()).limit(3).map(s -> s.getFileName() + ":" + s.getLineNumber()).toList(); }

    private static String complaint(String name, Throwable refusal) {
        boolean known = refusal instanceof IllegalArgumentException
                || refusal instanceof IndexOutOfBoundsException && refusal.getClass() == IndexOutOfBoundsException.class
                || refusal instanceof NullPointerException
                || refusal instanceof ArithmeticException
                || refusal instanceof IllegalStateException;
        String message = String.valueOf(refusal.getMessage());
        String said = message.substring(0, Math.max(message.indexOf(':'), 0));
        boolean own = said.equals(name) || refusal instanceof ArithmeticException && KERNELS.getOrDefault(name, List.of()).contains(said);
        return known && own ? null : refusal.getClass().getSimpleName() + ": " + message;
    }

    private static String describe(Object argument) {
        return switch (argument) {
            case null -> "null";
            case Tensor tensor -> tensor.dtype() + tensor.shape().toString();
            case Object[] array -> Arrays.stream(array).map(OperationNamesErrorsTest::describe).toList().toString();
            case List<?> list -> list.stream().map(OperationNamesErrorsTest::describe).toList().toString();
            case int[] array -> Arrays.toString(array);
            case long[] array -> Arrays.toString(array);
            case double[] array -> Arrays.toString(array);
            default -> argument.toString();
        };
    }

    /** Values of every type that a parameter has. */
    private static final class Arguments {
        private final List<Tensor> tensors = new ArrayList<>();
        private int shape;

        Arguments() {
            for (DType dtype : DType.values()) {
                for (Shape shape : List.of(
                        Shape.SCALAR,
                        Shape.of(3),
                        Shape.of(0),
                        Shape.of(2, 2),
                        Shape.of(2, 3),
                        Shape.of(2, 3, 4),
                        Shape.of(1, 2, 3, 4))) {
                    tensors.add(Tensors.ones(dtype, shape, Device.CPU));
                }
            }
        }

        Object of(Class<?> type, Random random) {
            if (type == Tensor.class) {
                // Half of them F32, for most methods take no others.
                int shapes = tensors.size() / DType.values().length;
                int dtype = random.nextBoolean() ? DType.F32.ordinal() : random.nextInt(DType.values().length);
                shape = random.nextBoolean() ? shape : random.nextInt(shapes);
                return tensors.get(dtype * shapes + shape);
            }
            if (type.isArray()) {
                Object array = Array.newInstance(type.getComponentType(), random.nextInt(4));
                for (int i = 0; i < Array.getLength(array); i++) {
                    Array.set(array, i, of(type.getComponentType(), random));
                }
                return array;
            }
            if (type.isEnum()) {
                return of(random, type.getEnumConstants());
            }
            return switch (type.getSimpleName()) {
                case "boolean" -> random.nextBoolean();
                case "byte" -> (byte) random.nextInt(-2, 3);
                case "short" -> (short) random.nextInt(-2, 3);
                case "int" -> of(random, 0, 1, -1, 2, -2, 3, 9, -9, Integer.MIN_VALUE);
                case "long" -> of(random, 0L, 1L, 2L, 3L, 4L, -1L, -2L, 7L, Long.MIN_VALUE);
                case "float" -> (float) random.nextInt(-2, 3);
                case "double" -> of(random, 0.0, 1.0, 0.5, 2.0, -1.0, 3.5, Double.NaN, Double.POSITIVE_INFINITY);
                case "String" -> of(random, "ij,jk->ik", "ii", "ij->", "", "i->ii", "..a,a", "i,,");
                case "List" -> Arrays.asList((Tensor[]) of(Tensor[].class, random));
                case "Shape" -> of(random, Shape.SCALAR, Shape.of(3), Shape.of(2, 3), Shape.of(0, 2), Shape.of(6));
                case "Device" -> Device.CPU;
                case "Generator" -> new Generator(7);
                case "Index" -> of(random, new Index.At(0), new Index.At(5), new Index.All(), new Index.Range(1L, 2L, 1), new Index.NewAxis(), new Index.Ellipsis(),
                        new Index.Of(Tensors.ones(DType.I64, random.nextInt(3))), new Index.Mask(Tensors.ones(DType.BOOL, 2, 3)));
                case "ConvOptions" -> of(random, ConvOptions.DEFAULT, ConvOptions.DEFAULT.stride(2, 1), ConvOptions.DEFAULT.groups(3),
                        ConvOptions.DEFAULT.padding(1));
                case "PoolOptions" -> of(random, PoolOptions.of(2), PoolOptions.of(3, 2), PoolOptions.of(1).padding(0, 0, 0));
                case "CrossEntropyOptions" -> CrossEntropyOptions.DEFAULT;
                case "PrintOptions" -> PrintOptions.DEFAULT;
                case "MatrixNorm" -> MatrixNorm.FROBENIUS;
                case "ConvSpec" -> ConvSpec.DEFAULT;
                case "PoolSpec" -> PoolSpec.of(2);
                case "LuFactor" -> new LuFactor((Tensor) of(Tensor.class, random), (Tensor) of(Tensor.class, random));
                case "MemorySegment" -> java.lang.foreign.MemorySegment.ofArray(new byte[8]);
                default -> throw new AssertionError("no values for parameters of " + type);
            };
        }

        @SafeVarargs
        private static <T> T of(Random random, T... values) {
            return values[random.nextInt(values.length)];
        }
    }
}

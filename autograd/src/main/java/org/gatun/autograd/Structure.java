package org.gatun.autograd;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Records, lists, maps, optionals and arrays of tensors, to any depth, as arguments and as gradients: JAX's pytrees. Components of
 * other types (numbers, strings) and nulls stay as they are; other collections are refused if they hold tensors.
 */
final class Structure {
    private Structure() {}

    /** The argument of a transform, which must not be null. */
    static <P> P required(String transform, @Nullable P argument) {
        return Objects.requireNonNull(
                argument, () -> transform + ": the argument is null: give a tensor or a structure of tensors");
    }

    /** The tensors of a structure, in the order in which {@link #map} meets them. */
    static List<Tensor> tensors(@Nullable Object structure) {
        var tensors = new ArrayList<Tensor>();
        if (structure != null) {
            of(structure, t -> {
                tensors.add(t);
                return t;
            });
        }
        return tensors;
    }

    /** The components of a record, elements of a list, array or optional, or values of a map: null for what is no structure. */
    static @Nullable List<@Nullable Object> parts(@Nullable Object structure) {
        if (structure instanceof Record r) {
            return Arrays.stream(r.getClass().getRecordComponents())
                    .<@Nullable Object>map(c -> read(c, r))
                    .toList();
        }
        if (structure instanceof List<?> list) {
            return Collections.unmodifiableList(list);
        }
        if (structure instanceof Map<?, ?> map) {
            return new ArrayList<>(map.values());
        }
        if (structure instanceof Optional<?> optional) {
            return optional.stream().<@Nullable Object>map(e -> e).toList();
        }
        return structure instanceof Object[] array ? Arrays.asList(array) : null;
    }

    /**
     * The tensors of a structure in the order of those of another, {@code like}, which has the same form: maps are matched by their keys.
     *
     * @param what names the structure in messages, such as {@code jvp: the tangent}
     * @throws IllegalArgumentException when the forms differ, with the path to the place
     */
    static List<Tensor> tensors(String what, @Nullable Object structure, @Nullable Object like) {
        var tensors = new ArrayList<Tensor>();
        align(what, "", structure, like, tensors);
        return tensors;
    }

    private static void align(String what, String path, @Nullable Object o, @Nullable Object like, List<Tensor> out) {
        if (like instanceof Tensor) {
            if (!(o instanceof Tensor t)) {
                throw differs(what, path, o, "a tensor");
            }
            out.add(t);
        } else if (like instanceof Map<?, ?> map) {
            if (!(o instanceof Map<?, ?> other) || !other.keySet().equals(map.keySet())) {
                throw differs(what, path, o, "a map with the keys " + map.keySet());
            }
            map.forEach((k, v) -> align(what, path + "[" + k + "]", other.get(k), v, out));
        } else {
            List<@Nullable Object> expected = parts(like);
            if (expected != null) {
                List<@Nullable Object> found = o instanceof Tensor ? null : parts(o);
                if (found == null || found.size() != expected.size()) {
                    throw differs(what, path, o, "one of " + expected.size() + " components");
                }
                for (int i = 0; i < expected.size(); i++) {
                    align(what, path + "[" + i + "]", found.get(i), expected.get(i), out);
                }
            }
        }
    }

    private static IllegalArgumentException differs(String what, String path, @Nullable Object o, String expected) {
        List<@Nullable Object> parts = o instanceof Tensor ? null : parts(o);
        String found = kind(o)
                + (o instanceof Map<?, ?> map ? " " + map.keySet() : parts == null ? "" : " of " + parts.size());
        return new IllegalArgumentException(what + (path.isEmpty() ? "" : " at " + path) + " is a " + found
                + " and must be " + expected + ": give it the form that it belongs to");
    }

    private static String kind(@Nullable Object o) {
        if (o instanceof Tensor t) {
            return "tensor of shape " + t.shape();
        }
        if (o instanceof List<?>) {
            return "list";
        }
        if (o instanceof Map<?, ?>) {
            return "map";
        }
        return o == null
                ? "null"
                : o instanceof Object[] ? "array" : o.getClass().getSimpleName();
    }

    /** A structure of the same form with every tensor replaced. */
    @SuppressWarnings("unchecked")
    static <P> P map(P structure, UnaryOperator<Tensor> f) {
        return (P) of(structure, f);
    }

    private static Object of(Object o, UnaryOperator<Tensor> f) {
        if (o instanceof Tensor t) {
            return f.apply(t);
        }
        if (o instanceof Record r) {
            return record(r, f);
        }
        if (o instanceof List<?> list) {
            var out = new ArrayList<@Nullable Object>(list.size());
            for (Object e : list) {
                out.add(e == null ? null : of(e, f));
            }
            return Collections.unmodifiableList(out);
        }
        if (o instanceof Map<?, ?> map) {
            var out = new LinkedHashMap<@Nullable Object, @Nullable Object>();
            map.forEach((k, v) -> {
                if (holdsTensors(k)) {
                    throw refused(map);
                }
                out.put(k, v == null ? null : of(v, f));
            });
            return Collections.unmodifiableSequencedMap(out);
        }
        if (o instanceof Optional<?> optional) {
            return optional.map(e -> of(e, f));
        }
        if (o instanceof Object[] array) {
            return array(array, f);
        }
        if (o instanceof Collection<?> other && holdsTensors(other)) {
            throw refused(o);
        }
        return o;
    }

    /** A component's gradients must not be its own values, as they would be if tensors in it were overlooked. */
    private static IllegalArgumentException refused(Object container) {
        return new IllegalArgumentException(
                "structure: a " + container.getClass().getName()
                        + " that holds tensors has no order or form to give gradients in: use a record, List, Map, Optional or array");
    }

    private static boolean holdsTensors(@Nullable Object o) {
        if (o instanceof Collection<?> elements) {
            return elements.stream().anyMatch(Structure::holdsTensors);
        }
        if (o instanceof Map<?, ?> map) {
            return holdsTensors(map.keySet()) || holdsTensors(map.values());
        }
        if (o instanceof Optional<?> optional) {
            return holdsTensors(optional.orElse(null));
        }
        if (o instanceof Object[] array) {
            return holdsTensors(Arrays.asList(array));
        }
        if (o instanceof Record record) {
            return Arrays.stream(record.getClass().getRecordComponents()).anyMatch(c -> holdsTensors(read(c, record)));
        }
        return o instanceof Tensor;
    }

    private static Object array(Object[] array, UnaryOperator<Tensor> f) {
        Class<?> type = array.getClass().getComponentType();
        Object[] out = (Object[]) Array.newInstance(type, array.length);
        for (int i = 0; i < out.length; i++) {
            if (array[i] != null) {
                out[i] = fitting(of(array[i], f), type, "the elements of an array are");
            }
        }
        return out;
    }

    /** The value, if it fits a declared type: gradients come in new lists and maps of no particular class. */
    private static Object fitting(Object value, Class<?> declared, String what) {
        if (declared.isPrimitive() || declared.isInstance(value)) {
            return value;
        }
        throw new IllegalArgumentException("structure: " + what + " declared " + declared.getName()
                + ", a class that gradients can't be made in: declare List or Map, or another interface of theirs");
    }

    private static Object record(Record record, UnaryOperator<Tensor> f) {
        Class<?> type = record.getClass();
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            Object value = read(components[i], record);
            if (value != null) {
                String what = "component " + components[i].getName() + " of the record " + type.getName() + " is";
                values[i] = fitting(of(value, f), types[i], what);
            }
        }
        return Objects.requireNonNull(reflected(type, () -> {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        }));
    }

    private static @Nullable Object read(RecordComponent component, Record record) {
        Method accessor = component.getAccessor();
        return reflected(record.getClass(), () -> {
            accessor.setAccessible(true);
            return accessor.invoke(record);
        });
    }

    /** A call by reflection. */
    private interface Reflection {
        @Nullable
        Object call() throws ReflectiveOperationException;
    }

    private static @Nullable Object reflected(Class<?> type, Reflection reflection) {
        try {
            return reflection.call();
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "structure: the record " + type.getName() + " can't be rebuilt from its components "
                            + Arrays.toString(type.getRecordComponents()) + ": its constructor or an accessor failed",
                    e.getCause());
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new IllegalArgumentException(
                    "structure: the record " + type.getName()
                            + " is not accessible: make it public, or open its package " + type.getPackageName()
                            + " to org.gatun.autograd",
                    e);
        }
    }
}

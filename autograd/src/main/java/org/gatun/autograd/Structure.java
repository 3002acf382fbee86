package org.gatun.autograd;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Records, lists, maps and arrays of tensors, to any depth, as arguments and as gradients: JAX's pytrees. Components of other
 * types (numbers, strings) and nulls stay as they are.
 */
final class Structure {
    private Structure() {}

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
            map.forEach((k, v) -> out.put(k, v == null ? null : of(v, f)));
            return Collections.unmodifiableMap(out);
        }
        return o instanceof Object[] array ? array(array, f) : o;
    }

    private static Object array(Object[] array, UnaryOperator<Tensor> f) {
        Object[] out = (Object[]) Array.newInstance(array.getClass().getComponentType(), array.length);
        for (int i = 0; i < out.length; i++) {
            if (array[i] != null) {
                out[i] = of(array[i], f);
            }
        }
        return out;
    }

    private static Object record(Record record, UnaryOperator<Tensor> f) {
        Class<?> type = record.getClass();
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                Method accessor = components[i].getAccessor();
                accessor.setAccessible(true);
                Object value = accessor.invoke(record);
                values[i] = value == null ? null : of(value, f);
            }
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "structure: the record " + type.getName() + " can't be rebuilt from its components "
                            + Arrays.toString(components) + ": its constructor or an accessor failed",
                    e.getCause());
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "structure: the record " + type.getName()
                            + " is not accessible: make it public, or open its package " + type.getPackageName()
                            + " to org.gatun.autograd",
                    e);
        }
    }
}

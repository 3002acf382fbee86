package org.gatun.tensor.memory;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds the keepable objects in records, collections, maps, optionals and arrays. */
final class Structures {
    /** Deeper than any sensible structure; a structure that contains itself ends here instead of in a stack overflow. */
    private static final int DEEPEST = 256;

    private static final ClassValue<RecordComponent[]> COMPONENTS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            for (RecordComponent component : components) {
                component.getAccessor().trySetAccessible();
            }
            return components;
        }
    };

    private Structures() {}

    /** Calls {@link Keepable#keepFrom} on everything in {@code structure}. */
    static void keep(@Nullable Object structure, MemoryScope scope) {
        keep(structure, scope, 0);
    }

    private static void keep(@Nullable Object structure, MemoryScope scope, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException(
                    "keep: the structure is nested more than " + DEEPEST + " deep; does it contain itself?");
        }
        switch (structure) {
            case null -> {}
            case Keepable keepable -> keepable.keepFrom(scope);
            case Collection<?> elements -> {
                for (Object element : elements) {
                    keep(element, scope, depth + 1);
                }
            }
            case Map<?, ?> map -> {
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    keep(entry.getKey(), scope, depth + 1);
                    keep(entry.getValue(), scope, depth + 1);
                }
            }
            case Optional<?> optional -> keep(optional.orElse(null), scope, depth + 1);
            case Object[] array -> {
                for (Object element : array) {
                    keep(element, scope, depth + 1);
                }
            }
            case Record record -> {
                for (RecordComponent component : COMPONENTS.get(record.getClass())) {
                    if (!component.getType().isPrimitive()) {
                        keep(read(component, record), scope, depth + 1);
                    }
                }
            }
            default -> {}
        }
    }

    private static @Nullable Object read(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(
                    "keep: cannot read component " + component.getName() + " of record "
                            + record.getClass().getName()
                            + "; make the record public, or open its package to org.gatun.tensor",
                    e);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "keep: reading component " + component.getName() + " of record "
                            + record.getClass().getName() + " failed",
                    e.getCause());
        }
    }
}

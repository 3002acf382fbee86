package org.gatun.nn;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Finds the parameters and buffers of modules in their fields. */
final class Members {
    private final Map<String, Tensor> found = new LinkedHashMap<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private Members() {}

    /** The fields of an object that hold tensors or may lead to some, by name, those of superclasses first. */
    static Map<String, Object> of(Object module) {
        if (module instanceof Collection || module instanceof Map) {
            throw new IllegalStateException("module: " + module.getClass().getName()
                    + " is itself a collection, whose elements are in no fields: keep the collection in a field, or"
                    + " override members()");
        }
        Deque<Class<?>> types = new ArrayDeque<>();
        for (Class<?> c = module.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
            types.push(c);
        }
        var out = new LinkedHashMap<String, Object>();
        for (Class<?> type : types) {
            for (Field field : type.getDeclaredFields()) {
                Object value = isPart(field) ? read(field, module) : null;
                if (value != null && isMember(value) && out.put(field.getName(), value) != null) {
                    throw new IllegalStateException(
                            "module: " + module.getClass().getName() + " and a superclass both have a field '"
                                    + field.getName()
                                    + "', so its parameters can't be told apart: rename one, or override members()");
                }
            }
        }
        return out;
    }

    /** Whether to look into a field at all: not into an inner class's reference to the object around it. */
    private static boolean isPart(Field field) {
        Class<?> type = field.getType();
        return !Modifier.isStatic(field.getModifiers())
                && !Modifier.isTransient(field.getModifiers())
                && !(field.isSynthetic() && field.getName().startsWith("this$"))
                && !type.isPrimitive()
                && type != String.class
                && !type.isEnum()
                && !Number.class.isAssignableFrom(type);
    }

    private static boolean isMember(Object value) {
        return value instanceof Tensor
                || value instanceof Module
                || value instanceof Collection
                || value instanceof Map
                || value instanceof Object[];
    }

    private static @Nullable Object read(Field field, Object module) {
        try {
            field.setAccessible(true);
            return field.get(module);
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            Class<?> type = field.getDeclaringClass();
            throw new IllegalStateException(
                    "module: the field " + type.getName() + "." + field.getName()
                            + " is not accessible, so its parameters can't be found: open the package "
                            + type.getPackageName()
                            + " to org.gatun.nn, or override members()",
                    e);
        }
    }

    static Map<String, Parameter> parameters(Module module) {
        var out = new LinkedHashMap<String, Parameter>();
        tensors(module).forEach((name, t) -> {
            if (t instanceof Parameter p) {
                out.put(name, p);
                if (p.name().isEmpty()) {
                    p.name(name);
                }
            }
        });
        return out;
    }

    static Map<String, Tensor> buffers(Module module) {
        Map<String, Tensor> out = tensors(module);
        out.values().removeIf(t -> t instanceof Parameter);
        return out;
    }

    /** Parameters and buffers by path, in order of the fields. */
    static Map<String, Tensor> tensors(Module module) {
        var members = new Members();
        members.seen.add(module);
        module.members().forEach(members::visit);
        return members.found;
    }

    private void visit(String path, @Nullable Object value) {
        switch (value) {
            case Parameter p -> found(path, p);
            case ConcreteTensor buffer -> found(path, buffer);
            case Module m -> {
                if (seen.add(m)) {
                    m.members().forEach((name, v) -> visit(path + "." + name, v));
                }
            }
            case Collection<?> elements -> {
                int i = 0;
                for (Object e : elements) {
                    visit(path + "." + i++, e);
                }
            }
            case Object[] elements -> {
                for (int i = 0; i < elements.length; i++) {
                    visit(path + "." + i, elements[i]);
                }
            }
            case Map<?, ?> map -> map.forEach((key, v) -> visit(path + "." + key, v));
            case null, default -> {
                // Anything else holds no tensors: a number, a setting, a generator.
            }
        }
    }

    private void found(String path, Tensor t) {
        if (seen.add(t) && found.put(path, t) != null) {
            throw new IllegalStateException("module: two parameters have the path '" + path
                    + "': give fields, or the keys of maps, names that can be told apart");
        }
    }

    static void load(Module module, Map<String, Tensor> state) {
        Map<String, Tensor> own = module.stateDict();
        for (String name : state.keySet()) {
            if (!own.containsKey(name)) {
                throw new IllegalArgumentException("loadStateDict: the entry '" + name
                        + "' fits no parameter or buffer of the module, which has " + own.keySet());
            }
        }
        // All checks come before the first change.
        own.forEach((name, mine) -> check(name, mine, state));
        own.forEach((name, mine) ->
                mine.copy_(Objects.requireNonNull(state.get(name)).concrete()));
    }

    private static void check(String name, Tensor mine, Map<String, Tensor> state) {
        Tensor t = state.get(name);
        if (t == null) {
            throw new IllegalArgumentException("loadStateDict: there is no entry for '" + name + "', " + mine.dtype()
                    + mine.shape() + "; there are " + state.keySet());
        }
        if (!t.shape().equals(mine.shape()) || t.dtype() != mine.dtype()) {
            throw new IllegalArgumentException("loadStateDict: the entry '" + name + "' is " + t.dtype() + t.shape()
                    + " and the module's " + mine.dtype() + mine.shape() + ": the two must agree");
        }
        if (t.isClosed()) {
            throw new IllegalArgumentException(
                    "loadStateDict: the entry '" + name + "' is closed: load before closing what it was read from");
        }
    }
}

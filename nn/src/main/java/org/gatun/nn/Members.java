package org.gatun.nn;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.gatun.autograd.Parameter;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Finds the parameters of modules in their fields. */
final class Members {
    private Members() {}

    /** The fields of an object that hold a value, by name, those of superclasses first. */
    static Map<String, Object> of(Object module) {
        Deque<Class<?>> types = new ArrayDeque<>();
        for (Class<?> c = module.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
            types.push(c);
        }
        var out = new LinkedHashMap<String, Object>();
        for (Class<?> type : types) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !isOuter(field) && mayHold(field.getType())) {
                    Object value = read(field, module);
                    if (value != null && out.put(field.getName(), value) != null) {
                        throw new IllegalStateException(
                                "module: " + module.getClass().getName() + " and a superclass both"
                                        + " have a field '" + field.getName()
                                        + "', so its parameters can't be told apart: rename one, or override"
                                        + " members()");
                    }
                }
            }
        }
        return out;
    }

    /** Whether a field is an inner class's reference to the object around it, which is no part of it. */
    private static boolean isOuter(Field field) {
        return field.isSynthetic() && field.getName().startsWith("this$");
    }

    private static boolean mayHold(Class<?> type) {
        return !type.isPrimitive() && type != String.class && !type.isEnum() && !Number.class.isAssignableFrom(type);
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
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        module.members().forEach((name, value) -> visit(name, value, out, seen));
        out.forEach((name, p) -> {
            if (p.name().isEmpty()) {
                p.name(name);
            }
        });
        return out;
    }

    private static void visit(String path, Object value, Map<String, Parameter> out, Set<Object> seen) {
        switch (value) {
            case Parameter p -> {
                if (seen.add(p) && out.put(path, p) != null) {
                    throw new IllegalStateException("module: two parameters have the path '" + path
                            + "': give fields, or the keys of maps, names that can be told apart");
                }
            }
            case Module m -> {
                if (seen.add(m)) {
                    m.members().forEach((name, v) -> visit(path + "." + name, v, out, seen));
                }
            }
            case Iterable<?> list
            when !(value instanceof Path) -> {
                int i = 0;
                for (Object e : list) {
                    if (e != null) {
                        visit(path + "." + i, e, out, seen);
                    }
                    i++;
                }
            }
            case Object[] array -> {
                for (int i = 0; i < array.length; i++) {
                    if (array[i] != null) {
                        visit(path + "." + i, array[i], out, seen);
                    }
                }
            }
            case Map<?, ?> map ->
                map.forEach((k, v) -> {
                    if (v != null) {
                        visit(path + "." + k, v, out, seen);
                    }
                });
            default -> {
                // Anything else holds no parameters: a number, a setting, a generator.
            }
        }
    }

    static void load(Module module, Map<String, Tensor> state) {
        Map<String, Parameter> parameters = module.namedParameters();
        for (String name : state.keySet()) {
            if (!parameters.containsKey(name)) {
                throw new IllegalArgumentException("loadStateDict: the entry '" + name
                        + "' fits no parameter of the module, which has " + parameters.keySet());
            }
        }
        parameters.forEach((name, p) -> {
            Tensor t = state.get(name);
            if (t == null) {
                throw new IllegalArgumentException("loadStateDict: there is no entry for the parameter '" + name
                        + "' of " + p.dtype() + p.shape() + "; there are " + state.keySet());
            }
            if (!t.shape().equals(p.shape()) || t.dtype() != p.dtype()) {
                throw new IllegalArgumentException("loadStateDict: the entry '" + name + "' is " + t.dtype() + t.shape()
                        + " and the parameter " + p.dtype() + p.shape() + ": the two must agree");
            }
        });
        parameters.forEach((name, p) -> {
            Tensor t = state.get(name);
            if (t != null) {
                p.assign(t);
            }
        });
    }
}

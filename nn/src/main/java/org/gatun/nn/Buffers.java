package org.gatun.nn;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.Device;
import org.gatun.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Moves a module's buffers to another device. A buffer is a plain tensor, whose memory stays where it is, so that a copy takes its place: in a
 * field that is not final, an array, a list or a map.
 */
final class Buffers {
    /** Where a buffer stands: its path, and what puts another tensor there, null where nothing can. */
    private record Place(String path, @Nullable Slot slot) {}

    /** Puts a tensor in a buffer's place. */
    @FunctionalInterface
    private interface Slot {
        void set(Tensor t) throws ReflectiveOperationException;
    }

    private final Device device;
    private final Map<ConcreteTensor, List<Place>> elsewhere = new IdentityHashMap<>();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private Buffers(Device device) {
        this.device = device;
    }

    /** The buffers of a module that lie on other devices, each to be {@linkplain #move moved}. */
    static Buffers elsewhere(Module module, Device device) {
        var found = new Buffers(device);
        found.visit("", module);
        found.elsewhere.values().forEach(places -> places.forEach(found::requireSlot));
        return found;
    }

    private void requireSlot(Place place) {
        if (place.slot() == null) {
            throw new IllegalStateException("module: the buffer '" + place.path() + "' can't be moved to " + device
                    + ", because a copy of it can't take its place: keep it in a field that is not final, an array,"
                    + " or a list or map that can be changed");
        }
    }

    /** Puts copies on the device in the buffers' places, and closes the buffers. */
    void move() {
        var copies = new LinkedHashMap<ConcreteTensor, Tensor>();
        try {
            for (ConcreteTensor buffer : elsewhere.keySet()) {
                Tensor copy = buffer.to(device);
                copies.put(buffer, copy);
                copy.unscope();
            }
        } catch (Throwable e) {
            copies.values().forEach(Tensor::close);
            throw e;
        }
        copies.forEach((buffer, copy) -> {
            for (Place place : elsewhere.getOrDefault(buffer, List.of())) {
                put(place, copy);
            }
            buffer.close();
        });
    }

    private static void put(Place place, Tensor copy) {
        Slot slot = place.slot();
        try {
            if (slot != null) {
                slot.set(copy);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("module: the buffer '" + place.path() + "' can't be replaced", e);
        }
    }

    private void visit(String path, Module module) {
        if (seen.add(module)) {
            module.members().forEach((name, value) -> {
                String inner = path.isEmpty() ? name : path + "." + name;
                visit(inner, value, field(module, name, value));
            });
        }
    }

    private void visit(String path, @Nullable Object value, @Nullable Slot slot) {
        switch (value) {
            case ConcreteTensor buffer -> {
                if (!buffer.device().equals(device)) {
                    elsewhere.computeIfAbsent(buffer, b -> new ArrayList<>()).add(new Place(path, slot));
                }
            }
            case Module module -> visit(path, module);
            case List<?> elements -> {
                for (int i = 0; i < elements.size(); i++) {
                    visit(path + "." + i, elements.get(i), element(elements, i));
                }
            }
            case Collection<?> elements -> {
                int i = 0;
                for (Object e : elements) {
                    visit(path + "." + i++, e, null);
                }
            }
            case Object[] elements -> {
                for (int i = 0; i < elements.length; i++) {
                    int at = i;
                    visit(path + "." + i, elements[i], t -> elements[at] = t);
                }
            }
            case Map<?, ?> map -> map.forEach((key, v) -> visit(path + "." + key, v, entry(map, key)));
            case null, default -> {
                // A parameter, which moves by itself, or what holds no tensors.
            }
        }
    }

    /** The field of an object that holds a value under a name, if it can be set. */
    private static @Nullable Slot field(Object owner, String name, @Nullable Object value) {
        if (!(value instanceof ConcreteTensor)) {
            return null;
        }
        for (Class<?> c = owner.getClass(); c != null; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)
                        && !Modifier.isFinal(field.getModifiers())
                        && holds(field, owner, value)) {
                    return t -> field.set(owner, t);
                }
            }
        }
        return null;
    }

    private static boolean holds(Field field, Object owner, @Nullable Object value) {
        // A buffer's field may also be of another type that no copy has.
        if (!field.getType().isAssignableFrom(ConcreteTensor.class)) {
            return false;
        }
        try {
            return field.trySetAccessible() && field.get(owner) == value;
        } catch (IllegalAccessException e) {
            return false;
        }
    }

    @SuppressWarnings("unchecked") // a list that holds a tensor; what refuses another says so
    private static @Nullable Slot element(List<?> elements, int i) {
        if (!(elements.get(i) instanceof ConcreteTensor same)) {
            return null;
        }
        var list = (List<Object>) elements;
        try {
            list.set(i, same);
        } catch (UnsupportedOperationException e) {
            return null;
        }
        return t -> list.set(i, t);
    }

    @SuppressWarnings("unchecked") // as above
    private static @Nullable Slot entry(Map<?, ?> map, Object key) {
        if (!(map.get(key) instanceof ConcreteTensor same)) {
            return null;
        }
        var entries = (Map<Object, Object>) map;
        try {
            entries.replace(key, same);
        } catch (UnsupportedOperationException e) {
            return null;
        }
        return t -> entries.replace(key, t);
    }
}

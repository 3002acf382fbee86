package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gatun.tensor.ir.Op;
import org.gatun.tensor.memory.Storage;
import org.gatun.tensor.shape.Layout;
import org.gatun.tensor.trace.Dispatch;
import org.gatun.tensor.trace.Placement;
import org.jspecify.annotations.Nullable;

/** One region on many lists of tensors, such as all parameters of a model: checks, groups of one device and dtypes, and what must not run at once. */
final class ForEach {
    private static final String NAME = "region";

    /** The list that the shared operands count as. */
    private static final int SHARED = -1;

    private ForEach() {}

    /** The program for operands and results of some dtypes. */
    @FunctionalInterface
    interface Programs {
        Op.Fused of(List<DType> inputs, List<DType> results);
    }

    /** One list, checked: its own operands and its results. */
    @SuppressWarnings("ArrayRecordComponent") // made, read and dropped within a call
    private record Item(Op.Fused op, ConcreteTensor[] in, ConcreteTensor[] out) {
        Group group() {
            return new Group(out[0].device(), op);
        }
    }

    private record Group(Device device, Op.Fused op) {}

    /** See {@link Elementwise.Region#applyEachInto}. */
    static void into(Programs programs, List<List<Tensor>> inputs, List<Tensor> shared, List<List<Tensor>> results) {
        if (inputs.size() != results.size()) {
            throw new IllegalArgumentException("region: " + inputs.size() + " lists of operands and " + results.size()
                    + " lists of results: give as many");
        }
        ConcreteTensor[] common = read(shared);
        // All checks come before the first change.
        var items = new ArrayList<Item>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            items.add(checked(programs, read(inputs.get(i)), common, results.get(i)));
        }
        if (!areIndependent(items, common)) {
            for (Item item : items) {
                InPlace.run(NAME, item.op, Arrays.asList(joined(item.in, common)), Arrays.asList(item.out));
            }
            return;
        }
        var groups = new LinkedHashMap<Group, List<Item>>();
        for (Item item : items) {
            groups.computeIfAbsent(item.group(), g -> new ArrayList<>()).add(item);
        }
        groups.forEach((group, members) -> run(group, members, common));
    }

    private static ConcreteTensor[] read(List<Tensor> operands) {
        ConcreteTensor[] out = new ConcreteTensor[operands.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = InPlace.readable(NAME, operands.get(i));
        }
        return out;
    }

    private static ConcreteTensor[] joined(ConcreteTensor[] own, ConcreteTensor[] shared) {
        ConcreteTensor[] all = Arrays.copyOf(own, own.length + shared.length);
        System.arraycopy(shared, 0, all, own.length, shared.length);
        return all;
    }

    private static List<DType> dtypes(ConcreteTensor... tensors) {
        DType[] dtypes = new DType[tensors.length];
        for (int i = 0; i < dtypes.length; i++) {
            dtypes[i] = tensors[i].dtype();
        }
        return Arrays.asList(dtypes);
    }

    private static Item checked(
            Programs programs, ConcreteTensor[] own, ConcreteTensor[] shared, List<Tensor> results) {
        ConcreteTensor[] all = joined(own, shared);
        DType[] wanted = new DType[results.size()];
        for (int r = 0; r < wanted.length; r++) {
            wanted[r] = results.get(r).dtype();
        }
        Op.Fused op = programs.of(dtypes(all), Arrays.asList(wanted));
        InPlace.requireResults(op, results);
        ConcreteTensor[] out = InPlace.checked(NAME, op, Arrays.asList(all), results);
        for (ConcreteTensor x : all) {
            InPlace.requireFits(NAME, x, out);
            Placement.requireBeside(NAME, out[0], x);
        }
        return new Item(op, own, out);
    }

    /** Runs lists of one device and program, none of which touches what another writes. */
    private static void run(Group group, List<Item> items, ConcreteTensor[] shared) {
        var copies = new ArrayList<ConcreteTensor>();
        var held = new ArrayList<Storage>();
        var written = new ArrayList<Storage>();
        var inputs = new ArrayList<ConcreteTensor[]>(items.size());
        var results = new ArrayList<ConcreteTensor[]>(items.size());
        try {
            for (Item item : items) {
                ConcreteTensor[] in = new ConcreteTensor[item.in.length];
                for (int k = 0; k < in.length; k++) {
                    in[k] = InPlace.operand(NAME, item.in[k], item.out, copies);
                    held.add(in[k].acquire());
                }
                for (ConcreteTensor result : item.out) {
                    Storage storage = result.acquire();
                    held.add(storage);
                    written.add(storage);
                }
                inputs.add(in);
                results.add(item.out);
            }
            ConcreteTensor[] common = shared.clone();
            for (int k = 0; k < common.length; k++) {
                common[k] = Placement.beside(NAME, items.get(0).out[0], shared[k]);
                if (common[k] != shared[k]) {
                    copies.add(common[k]);
                }
                held.add(common[k].acquire());
            }
            try {
                Dispatch.backend(group.device).executeEachInto(group.op, inputs, common, results);
            } finally {
                // Also when it failed: part of the results may be written.
                written.forEach(Storage::bumpVersion);
            }
        } finally {
            held.forEach(Storage::release);
            copies.forEach(ConcreteTensor::close);
        }
    }

    /** Whether no list writes memory that another list, or a shared operand, lies in. */
    private static boolean areIndependent(List<Item> items, ConcreteTensor[] shared) {
        var users = new IdentityHashMap<Storage, Integer>();
        boolean together = false;
        for (ConcreteTensor x : shared) {
            users.put(x.storage(), SHARED);
        }
        for (int i = 0; i < items.size(); i++) {
            for (ConcreteTensor x : items.get(i).in) {
                together |= isOthers(users.put(x.storage(), i), i);
            }
            for (ConcreteTensor x : items.get(i).out) {
                together |= isOthers(users.put(x.storage(), i), i);
            }
        }
        return !together || areApart(items, shared);
    }

    private static boolean isOthers(@Nullable Integer user, int list) {
        return user != null && user != list;
    }

    /** The bytes between the first and the last element of a tensor, and what a list does there. */
    private record Reach(long first, long end, int list, boolean writes) {
        static void add(List<Reach> to, ConcreteTensor x, int list, boolean writes) {
            if (!x.shape().isEmpty()) {
                Layout layout = x.layout();
                long bytes = x.dtype().bytes();
                long start = x.storage().address();
                to.add(new Reach(start + layout.first() * bytes, start + (layout.last() + 1) * bytes, list, writes));
            }
        }
    }

    /** Whether the lists lie apart in storages that several of them share, as parameters in one large vector do. */
    private static boolean areApart(List<Item> items, ConcreteTensor[] shared) {
        // Devices have addresses of their own.
        Map<Device, List<Reach>> reaches = new LinkedHashMap<>();
        for (ConcreteTensor x : shared) {
            Reach.add(reaches.computeIfAbsent(x.device(), d -> new ArrayList<>()), x, SHARED, false);
        }
        for (int i = 0; i < items.size(); i++) {
            for (ConcreteTensor x : items.get(i).in) {
                Reach.add(reaches.computeIfAbsent(x.device(), d -> new ArrayList<>()), x, i, false);
            }
            for (ConcreteTensor x : items.get(i).out) {
                Reach.add(reaches.computeIfAbsent(x.device(), d -> new ArrayList<>()), x, i, true);
            }
        }
        return reaches.values().stream().allMatch(ForEach::areApart);
    }

    private static boolean areApart(List<Reach> reaches) {
        reaches.sort(Comparator.comparingLong(Reach::first));
        // Those that begin before the next one and may end behind its beginning.
        var open = new ArrayList<Reach>();
        for (Reach next : reaches) {
            open.removeIf(r -> r.end <= next.first);
            for (Reach r : open) {
                if (r.list != next.list && (r.writes || next.writes)) {
                    return false;
                }
            }
            open.add(next);
        }
        return true;
    }
}

package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.ir.Expr;

/**
 * Runs one elementwise region on many lists of operands, such as all parameters of a model, in one launch.
 *
 * <p>A table of the lists' sizes and addresses goes along as the kernel's parameter. Blocks take chunks of {@value #CHUNK} elements, which they
 * find in the table by bisection. Where there are more lists than a parameter has room for, a launch follows for the next ones: it costs less than
 * bringing a longer table to the device's memory at each step, and a captured graph holds all it needs.
 */
final class CudaForEach {
    /** The elements that a block takes at a time: few, so that also small models have work for all multiprocessors. */
    static final int CHUNK = 4096;

    private static final int THREADS = 256;

    /** The numbers before the shared operands' addresses: those of chunks and lists, the faults' record and site. */
    private static final int HEAD = 4;

    /** What a list takes besides its addresses: where its chunks end, and its number of elements. */
    private static final int SIZES = 2;

    private CudaForEach() {}

    /**
     * What the table has room for.
     *
     * @param own how many operands each list has of its own
     * @param homes for each result the operand of its own that it overwrites in all lists, or -1
     * @param lists the most lists
     */
    record Table(int own, List<Integer> homes, int lists) {
        static Table of(Expr expr, int own, List<Integer> homes) {
            int addresses = own + (int) homes.stream().filter(h -> h < 0).count();
            int room = CudaRegions.MOST_ARGUMENTS - HEAD - (expr.inputs().size() - own);
            return new Table(own, homes, room / (SIZES + addresses));
        }

        int home(int result) {
            return homes.get(result);
        }
    }

    private record Key(Expr expr, Table table) {}

    /** A list's operands of its own and its results. */
    @SuppressWarnings("ArrayRecordComponent") // made, read and dropped within a launch
    private record Item(ConcreteTensor[] in, ConcreteTensor[] out) {
        long elements() {
            return out[0].shape().elements();
        }

        long chunks() {
            return Math.ceilDiv(elements(), CHUNK);
        }

        boolean isDense() {
            for (ConcreteTensor x : in) {
                if (!x.isContiguous()) {
                    return false;
                }
            }
            for (ConcreteTensor x : out) {
                if (!x.isContiguous()) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Runs a region into existing memory; see {@link org.gatun.tensor.trace.Backend#executeEachInto}. */
    static void runInto(
            CudaDevice gpu,
            Expr expr,
            List<ConcreteTensor[]> inputs,
            ConcreteTensor[] shared,
            List<ConcreteTensor[]> results) {
        boolean single = Arrays.stream(shared).allMatch(x -> x.shape().elements() == 1);
        var together = new ArrayList<Item>();
        for (int i = 0; i < inputs.size(); i++) {
            var item = new Item(inputs.get(i), results.get(i));
            if (item.out.length == 0 || item.elements() == 0) {
                continue;
            }
            if (single && item.isDense()) {
                together.add(item);
            } else {
                alone(gpu, expr, item, shared);
            }
        }
        if (together.isEmpty()) {
            return;
        }
        Table table = Table.of(expr, together.get(0).in.length, homes(together));
        if (table.lists == 0) {
            together.forEach(item -> alone(gpu, expr, item, shared));
            return;
        }
        Kernel kernel = gpu.kernel(new Key(expr, table), "each", () -> RegionSource.each(expr, table));
        for (int from = 0; from < together.size(); from += table.lists) {
            List<Item> part = together.subList(from, Math.min(together.size(), from + table.lists));
            launch(gpu, kernel, expr, table, part, shared);
        }
    }

    /** For each result the operand that it overwrites in all lists, or -1. */
    private static List<Integer> homes(List<Item> items) {
        var homes = new ArrayList<Integer>();
        Item first = items.get(0);
        for (int r = 0; r < first.out.length; r++) {
            int result = r;
            int home = first.in.length - 1;
            while (home >= 0 && !isHome(items, result, home)) {
                home--;
            }
            homes.add(home);
        }
        return homes;
    }

    private static boolean isHome(List<Item> items, int result, int operand) {
        for (Item item : items) {
            if (item.in[operand].address() != item.out[result].address()
                    || item.in[operand].dtype() != item.out[result].dtype()) {
                return false;
            }
        }
        return true;
    }

    /** Runs a list of any layouts in the way of a single region. */
    private static void alone(CudaDevice gpu, Expr expr, Item item, ConcreteTensor[] shared) {
        ConcreteTensor[] in = Arrays.copyOf(item.in, item.in.length + shared.length);
        var views = new ArrayList<ConcreteTensor>();
        try {
            for (int k = 0; k < shared.length; k++) {
                ConcreteTensor x = shared[k].view(shared[k].layout().broadcast(item.out[0].shape()));
                views.add(x);
                in[item.in.length + k] = x;
            }
            CudaRegions.runInto(gpu, expr, in, item.out);
        } finally {
            views.forEach(ConcreteTensor::close);
        }
    }

    private static void launch(
            CudaDevice gpu, Kernel kernel, Expr expr, Table table, List<Item> items, ConcreteTensor[] shared) {
        int ends = HEAD + shared.length;
        int sizes = ends + table.lists;
        int addresses = sizes + table.lists;
        int columns = table.own + (int) table.homes.stream().filter(h -> h < 0).count();
        long[] arguments = new long[addresses + columns * table.lists];
        if (RegionSource.canFault(expr)) {
            arguments[2] = gpu.faults();
            arguments[3] = gpu.site((value, place) -> CudaRegions.fault(expr, value));
        }
        for (int k = 0; k < shared.length; k++) {
            arguments[HEAD + k] = shared[k].address();
        }
        long chunks = 0;
        for (int i = 0; i < items.size(); i++) {
            Item item = items.get(i);
            chunks += item.chunks();
            arguments[ends + i] = chunks;
            arguments[sizes + i] = item.elements();
            int at = addresses + i;
            for (ConcreteTensor x : item.in) {
                arguments[at] = x.address();
                at += table.lists;
            }
            for (int r = 0; r < item.out.length; r++) {
                if (table.home(r) < 0) {
                    arguments[at] = item.out[r].address();
                    at += table.lists;
                }
            }
        }
        arguments[0] = chunks;
        arguments[1] = items.size();
        gpu.launch(kernel, chunks * THREADS, arguments);
    }
}

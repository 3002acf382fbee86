package org.gatun.tensor.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.gatun.tensor.ConcreteTensor;
import org.gatun.tensor.DType;
import org.gatun.tensor.Device;
import org.gatun.tensor.ir.Composite;
import org.gatun.tensor.ir.Expr;
import org.gatun.tensor.shape.Broadcasting;
import org.gatun.tensor.shape.Shape;

/**
 * Runs one elementwise region on many lists of operands, such as all parameters of a model, in one launch, or sums it.
 *
 * <p>A table of the lists' sizes and addresses goes along as the kernel's parameter. Blocks take chunks of {@value #CHUNK} elements, which they
 * find in the table by bisection. Where there are more lists than a parameter has room for, a launch follows for the next ones: it costs less than
 * bringing a longer table to the device's memory at each step, and a captured graph holds all it needs.
 */
public final class CudaForEach {
    /** The elements that a block takes at a time: few, so that also small models have work for all multiprocessors. */
    static final int CHUNK = 4096;

    private static final int THREADS = 256;

    /** The numbers before the shared operands' addresses: those of chunks and lists, the faults' record and site. */
    private static final int HEAD = 4;

    /** What a list takes besides its addresses: where its chunks end, and its number of elements. */
    private static final int SIZES = 2;

    /** Where the sums of chunks and of lists go. */
    private static final int OUTCOME = 2;

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
            int room =
                    CudaRegions.MOST_ARGUMENTS - HEAD - OUTCOME - (expr.inputs().size() - own);
            return new Table(own, homes, Math.max(0, room) / (SIZES + addresses));
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
            return (out.length == 0 ? in[0] : out[0]).shape().elements();
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
            // Says what is too much.
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
        long[] arguments = arguments(gpu, expr, table, items, shared);
        gpu.launch(kernel, arguments[0] * THREADS, arguments);
    }

    /**
     * The kernel's parameter.
     *
     * @param more addresses that stand before those of the shared operands
     */
    private static long[] arguments(
            CudaDevice gpu, Expr expr, Table table, List<Item> items, ConcreteTensor[] shared, long... more) {
        int ends = HEAD + more.length + shared.length;
        int sizes = ends + table.lists;
        int addresses = sizes + table.lists;
        int columns = table.own + (int) table.homes.stream().filter(h -> h < 0).count();
        long[] arguments = new long[addresses + columns * table.lists];
        if (RegionSource.canFault(expr)) {
            arguments[2] = gpu.faults();
            arguments[3] = gpu.site((value, place) -> CudaRegions.fault(expr, value));
        }
        System.arraycopy(more, 0, arguments, HEAD, more.length);
        for (int k = 0; k < shared.length; k++) {
            arguments[HEAD + more.length + k] = shared[k].address();
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
        return arguments;
    }

    private record SumKey(Expr expr, Table table) {}

    /**
     * The kernel of the sums of a region's one result, of F32 or F64, over each of several lists; see {@link
     * org.gatun.tensor.composite.RegionSums}. The order of the additions depends on the sizes and the alignment only.
     */
    public static Composite.Kernel sums(Expr expr, int own, int lists) {
        return in -> {
            CudaDevice gpu = CudaDevice.of((Device.Cuda) in[0].device());
            ConcreteTensor[] shared = Arrays.copyOfRange(in, lists * own, in.length);
            // A list's shape is that of its own operands.
            boolean single =
                    own > 0 && Arrays.stream(shared).allMatch(x -> x.shape().elements() == 1);
            Table table = Table.of(expr, single ? own : own + shared.length, List.of());
            if (table.lists == 0) {
                throw CudaRegions.tooMany(gpu, in.length, 1);
            }
            var temporary = new ArrayList<ConcreteTensor>();
            try {
                var items = new ArrayList<Item>();
                for (int i = 0; i < lists; i++) {
                    ConcreteTensor[] operands = Arrays.copyOfRange(in, i * own, (i + 1) * own);
                    if (!single) {
                        operands = Arrays.copyOf(operands, own + shared.length);
                        System.arraycopy(shared, 0, operands, own, shared.length);
                    }
                    items.add(new Item(dense(gpu, operands, temporary), new ConcreteTensor[0]));
                }
                return new ConcreteTensor[] {sums(gpu, expr, table, items, single ? shared : new ConcreteTensor[0])};
            } finally {
                temporary.forEach(ConcreteTensor::close);
            }
        };
    }

    /** Operands in one shape that lie row by row. */
    private static ConcreteTensor[] dense(CudaDevice gpu, ConcreteTensor[] operands, List<ConcreteTensor> temporary) {
        Shape shape = operands[0].shape();
        for (ConcreteTensor x : operands) {
            shape = Broadcasting.common("sumEach", shape, x.shape());
        }
        ConcreteTensor[] dense = operands.clone();
        for (int k = 0; k < dense.length; k++) {
            if (!dense[k].shape().equals(shape)) {
                dense[k] = dense[k].view(dense[k].layout().broadcast(shape));
                temporary.add(dense[k]);
            }
            if (!dense[k].isContiguous()) {
                dense[k] = CudaCopies.copy(gpu, dense[k]);
                temporary.add(dense[k]);
            }
        }
        return dense;
    }

    private static ConcreteTensor sums(
            CudaDevice gpu, Expr expr, Table table, List<Item> items, ConcreteTensor[] shared) {
        DType dtype = expr.dtype(expr.outputs().get(0));
        var key = new SumKey(expr, table);
        Kernel parts = gpu.kernel(key, "parts", () -> RegionSource.sums(expr, table));
        Kernel totals = gpu.kernel(key, "totals", () -> RegionSource.sums(expr, table));
        ConcreteTensor out = gpu.allocate(dtype, Shape.of(items.size()));
        boolean done = false;
        try {
            for (int from = 0; from < items.size(); from += table.lists) {
                List<Item> some = items.subList(from, Math.min(items.size(), from + table.lists));
                long chunks = some.stream().mapToLong(Item::chunks).sum();
                try (Temporary each = gpu.temporary(Math.max(1, chunks) * dtype.bytes())) {
                    long to = out.address() + (long) from * dtype.bytes();
                    long[] arguments = arguments(gpu, expr, table, some, shared, each.address(), to);
                    gpu.launch(parts, chunks * THREADS, arguments);
                    gpu.launch(totals, (long) some.size() * THREADS, arguments);
                }
            }
            done = true;
            return out;
        } finally {
            if (!done) {
                out.close();
            }
        }
    }
}

package org.gatun.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * In which order tensors are multiplied two by two: the one with the fewest multiplications for up to {@value #EXACT} tensors, found
 * by dynamic programming over their subsets; beyond, always the pair next whose product is smallest beside its operands.
 */
final class ContractionOrder {
    private static final int EXACT = 8;

    private final long[] terms;
    private final long output;
    private final double[] sizes;

    private ContractionOrder(List<String> labels, String output, Map<Character, Long> sizes) {
        String all = String.join("", labels)
                .chars()
                .distinct()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        if (all.length() > Long.SIZE) {
            throw new ShapeException(all.length() + " indices of sizes other than 1: at most " + Long.SIZE);
        }
        this.sizes =
                all.chars().mapToDouble(c -> sizes.getOrDefault((char) c, 1L)).toArray();
        this.terms = labels.stream().mapToLong(term -> set(all, term)).toArray();
        this.output = set(all, output);
    }

    private static long set(String all, String term) {
        return term.chars()
                .map(all::indexOf)
                .filter(k -> k >= 0)
                .mapToLong(k -> 1L << k)
                .reduce(0, (a, b) -> a | b);
    }

    /** The pairs: places in the list of terms, the first below the second, from which both are removed and the product appended. */
    static List<int[]> of(List<String> terms, String output, Map<Character, Long> sizes) {
        int n = terms.size();
        if (n == 1) {
            return List.of();
        }
        if (n == 2) {
            return List.of(new int[] {0, 1});
        }
        var order = new ContractionOrder(terms, output, sizes);
        return n <= EXACT ? order.exact() : order.greedy();
    }

    private double elements(long set) {
        double product = 1;
        for (long rest = set; rest != 0; rest &= rest - 1) {
            product *= sizes[Long.numberOfTrailingZeros(rest)];
        }
        return product;
    }

    private List<int[]> exact() {
        int n = terms.length;
        int full = (1 << n) - 1;
        long[] kept = new long[full + 1];
        for (int subset = 1; subset <= full; subset++) {
            long inside = 0;
            long outside = output;
            for (int k = 0; k < n; k++) {
                if ((subset >> k & 1) == 1) {
                    inside |= terms[k];
                } else {
                    outside |= terms[k];
                }
            }
            kept[subset] = inside & outside;
        }
        double[] cost = new double[full + 1];
        int[] split = new int[full + 1];
        for (int subset = 1; subset <= full; subset++) {
            if (Integer.bitCount(subset) == 1) {
                kept[subset] = terms[Integer.numberOfTrailingZeros(subset)];
                continue;
            }
            cost[subset] = Double.POSITIVE_INFINITY;
            int lowest = Integer.lowestOneBit(subset);
            // Each split once: the part that holds the lowest operand.
            for (int part = (subset - 1) & subset; part > 0; part = (part - 1) & subset) {
                int rest = subset ^ part;
                if ((part & lowest) != 0) {
                    double total = cost[part] + cost[rest] + elements(kept[part] | kept[rest]);
                    if (total <= cost[subset]) {
                        cost[subset] = total;
                        split[subset] = part;
                    }
                }
            }
        }
        var places = new ArrayList<Integer>();
        for (int k = 0; k < n; k++) {
            places.add(1 << k);
        }
        var pairs = new ArrayList<int[]>();
        emit(full, split, places, pairs);
        return pairs;
    }

    private static void emit(int subset, int[] split, List<Integer> places, List<int[]> pairs) {
        if (split[subset] == 0) {
            return;
        }
        int part = split[subset];
        emit(part, split, places, pairs);
        emit(subset ^ part, split, places, pairs);
        pairs.add(pair(places, part, subset ^ part));
        places.add(subset);
    }

    /** The places of two members of a list, which are removed from it. */
    private static int[] pair(List<Integer> places, int a, int b) {
        int[] pair = {places.indexOf(a), places.indexOf(b)};
        Arrays.sort(pair);
        places.subList(pair[1], pair[1] + 1).clear();
        places.subList(pair[0], pair[0] + 1).clear();
        return pair;
    }

    private List<int[]> greedy() {
        var sets = new ArrayList<Long>();
        Arrays.stream(terms).forEach(sets::add);
        var pairs = new ArrayList<int[]>();
        while (sets.size() > 1) {
            int[] best = {0, 1};
            double least = Double.POSITIVE_INFINITY;
            for (int i = 0; i < sets.size(); i++) {
                for (int j = i + 1; j < sets.size(); j++) {
                    long a = sets.get(i);
                    long b = sets.get(j);
                    double growth = elements(product(sets, i, j)) - elements(a) - elements(b);
                    if (growth < least) {
                        least = growth;
                        best = new int[] {i, j};
                    }
                }
            }
            long product = product(sets, best[0], best[1]);
            sets.remove(best[1]);
            sets.remove(best[0]);
            sets.add(product);
            pairs.add(best);
        }
        return pairs;
    }

    /** The indices that the product of two members keeps. */
    private long product(List<Long> sets, int i, int j) {
        long needed = output;
        for (int k = 0; k < sets.size(); k++) {
            needed |= k == i || k == j ? 0 : sets.get(k);
        }
        return (sets.get(i) | sets.get(j)) & needed;
    }
}

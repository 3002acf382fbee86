package org.gatun.examples.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What was measured of one problem, a line for each size: for each device and precision the time and its percentage of the device's limit,
 * {@code p} of the products' or {@code c} of the copy's; the transfers; and PyTorch's time over Gatun's in its fastest mode. Below are the
 * crossovers, and why sizes are missing.
 */
final class ProblemTable {
    private static final String ABSENT = "-";

    private ProblemTable() {}

    private record Column(String device, Precision precision, String mode) {
        static Column of(Measurement m) {
            return new Column(m.device(), m.precision(), m.mode());
        }

        boolean holds(Measurement m) {
            return of(m).equals(this);
        }

        @Override
        public String toString() {
            return device + " " + precision + (mode.equals(Measurement.EAGER) ? "" : " " + mode);
        }
    }

    /** The table of a problem. */
    static Table of(Results results, String problem) {
        List<Measurement> own = results.measurements().stream()
                .filter(m -> m.problem().equals(problem) && m.runtime().equals(Measurement.GATUN))
                .toList();
        List<Column> columns = own.stream().map(Column::of).distinct().toList();
        List<Ratio> ratios = results.ratios().stream()
                .filter(r -> r.problem().equals(problem))
                .toList();
        List<Column> compared = columns.stream()
                .filter(c -> ratios.stream().anyMatch(r -> fits(c, r)))
                .toList();
        var header = new ArrayList<String>();
        header.add(own.getFirst().axis());
        columns.forEach(c -> header.add(c.toString()));
        header.add("upload");
        header.add("download");
        compared.forEach(c -> header.add("PyTorch/" + c));
        var rows = new ArrayList<List<String>>();
        for (long size : new TreeSet<>(own.stream()
                .filter(m -> m.seconds() != null)
                .map(Measurement::size)
                .toList())) {
            var row = new ArrayList<String>();
            row.add(Quantity.count(size));
            List<Measurement> here = own.stream().filter(m -> m.size() == size).toList();
            for (Column c : columns) {
                row.add(time(results, first(here, c::holds)));
            }
            Measurement moved = first(here, m -> m.uploadSeconds() != null);
            row.add(moved == null ? ABSENT : seconds(moved.uploadSeconds()));
            row.add(moved == null ? ABSENT : seconds(moved.downloadSeconds()));
            for (Column c : compared) {
                row.add(ratios.stream()
                        .filter(r -> r.size() == size && fits(c, r))
                        .min(Comparator.comparingDouble(Ratio::ratio))
                        .map(r -> Quantity.digits(r.ratio()) + " " + r.mode())
                        .orElse(ABSENT));
            }
            rows.add(row);
        }
        return new Table(header, rows, notes(results, problem, own));
    }

    private static boolean fits(Column c, Ratio r) {
        return new Column(r.device(), r.precision(), r.ownMode()).equals(c);
    }

    private static @Nullable Measurement first(List<Measurement> all, Predicate<Measurement> wanted) {
        return all.stream().filter(wanted).findFirst().orElse(null);
    }

    private static String time(Results results, @Nullable Measurement m) {
        if (m == null || m.seconds() == null) {
            return ABSENT;
        }
        return results.limits().stream()
                .filter(l -> l.device().equals(m.device()))
                .map(l -> l.share(m))
                .map(share -> seconds(m.seconds())
                        + (share == null
                                ? ""
                                : "  " + Math.round(share.percent()) + "%" + (share.ofProducts() ? "p" : "c")))
                .findFirst()
                .orElse(seconds(m.seconds()));
    }

    private static String seconds(@Nullable Double seconds) {
        return seconds == null ? ABSENT : Quantity.seconds(seconds);
    }

    private static List<String> notes(Results results, String problem, List<Measurement> own) {
        var notes = new ArrayList<String>();
        for (Crossover c : results.crossovers()) {
            if (c.problem().equals(problem)) {
                String what = c.precision() + (c.transfers() ? " with transfers" : "");
                Double size = c.size();
                notes.add("crossover " + what + ": "
                        + (size == null
                                ? "none up to the largest size that both ran"
                                : "from " + own.getFirst().axis() + " " + Quantity.count(size) + " on"
                                        + (c.belowSmallest() ? ", the smallest" : "")));
            }
        }
        for (Measurement m : own) {
            Measurement before = first(
                    own,
                    o -> o.size() < m.size()
                            && o.device().equals(m.device())
                            && o.precision() == m.precision()
                            && o.skipped() != null);
            if (m.skipped() != null && before == null) {
                notes.add(m.device() + " " + m.precision() + " not from " + Quantity.count(m.size()) + " on: "
                        + m.skipped());
            }
        }
        return notes;
    }
}

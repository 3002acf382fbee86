package org.gatun.tensor.memory;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Frees the memory of tensors that the garbage collector found unreachable, and asks for a collection when such memory piles up.
 *
 * <p>Watches stand in arrays of {@value #SEGMENT} (a long linked list would make the garbage collector's marking serial), striped by
 * thread. A canary object, watched through a reference queue, tells that a collection has taken place; then all watches are looked
 * through, about two nanoseconds each, by the daemon thread or by a thread that is allocating, whichever comes first.
 *
 * <p><b>Pacing.</b> The Java heap sees only small objects for each tensor, so it would collect far too late. Let w be the native bytes
 * behind all watched handles, and w' what w was after the last collection. A collection is asked for when w exceeds
 * {@code max(floor, min(2 w', (w' + limit) / 2))}, where floor is the lesser of 256 MiB and half the limit; and likewise when the number
 * of handles exceeds twice what it was, and two million. Memory that scopes own does not count, so a program that uses scopes
 * throughout never asks.
 */
final class Collector {
    static final Collector INSTANCE = new Collector();

    /** Watches in a segment. */
    static final int SEGMENT = 512;

    private static final long FLOOR = 256L << 20;
    private static final long COUNT_FLOOR = 2L << 20;

    /** How many segments an allocating thread looks through for one that it fills. */
    private static final int HELP = 3;

    private static final long PATIENCE_NS = 2_000_000_000L;
    private static final long REPORTED_STEP = 1L << 20;

    private final Stripe[] stripes;
    private final AtomicLong weight = new AtomicLong();
    private final AtomicLong segmentsInUse = new AtomicLong();
    private final ReferenceQueue<Object> signals = new ReferenceQueue<>();
    private final ReentrantLock collecting = new ReentrantLock();
    private volatile Reference<Object> canary = newCanary();
    private volatile boolean asked;

    /** How many scans were started, and the number of the last one that is done. */
    private final AtomicInteger scansStarted = new AtomicInteger();

    private volatile int scanDone;

    /** How many threads may be freeing what they found dead. */
    private final AtomicInteger freeing = new AtomicInteger();

    private volatile long threshold = FLOOR;
    private volatile long countThreshold = COUNT_FLOOR;
    private volatile long limit = Long.MAX_VALUE;

    private volatile long collections;

    private Collector() {
        stripes = new Stripe[SpinLock.stripes()];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new Stripe();
        }
        Thread daemon = Thread.ofPlatform()
                .name("gatun-memory")
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(this::run);
        daemon.setContextClassLoader(null); // it outlives any application inside a container
        daemon.start();
    }

    /** Starts watching. */
    void add(Watch watch) {
        Stripe stripe = SpinLock.lockOne(stripes);
        boolean crossed;
        try {
            crossed = stripe.add(watch);
        } finally {
            stripe.unlock();
        }
        if (crossed) {
            help();
        }
    }

    /**
     * Stops watching. Of the watch's owner, who closes, and the collector, who finds it unreachable, one alone gets it: that one gives up
     * the claim.
     *
     * @return whether it was still watched
     */
    boolean remove(Watch watch) {
        Segment segment = watch.segment;
        if (segment == null) {
            return false;
        }
        Stripe stripe = segment.stripe;
        boolean removed;
        stripe.lock();
        try {
            removed = stripe.remove(watch);
        } finally {
            stripe.unlock();
        }
        watch.clear();
        return removed;
    }

    /** Paces collections for a device that may hold {@code bytes}. */
    void limit(long bytes) {
        limit = bytes;
        threshold = threshold(0);
    }

    /** How many collections were asked for, and have ended. */
    long collections() {
        return collections;
    }

    /** Native bytes behind watched handles. */
    long weight() {
        long sum = 0;
        for (Stripe stripe : stripes) {
            stripe.lock();
            sum += stripe.weight;
            stripe.unlock();
        }
        return sum;
    }

    /** How many objects are watched. */
    long watched() {
        long sum = 0;
        for (Stripe stripe : stripes) {
            stripe.lock();
            sum += stripe.count();
            stripe.unlock();
        }
        return sum;
    }

    /**
     * Runs the garbage collector and frees what it found. If another thread is at it, waits for that one's end and for one more.
     *
     * @return whether a collection took place
     */
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the holder of the lock counts up; the others read
    boolean collect() {
        long before = collections;
        collecting.lock();
        try {
            if (collections >= before + 2) {
                return true; // one began after we came, and has ended
            }
            Reference<Object> bird = canary;
            System.gc();
            boolean took = bird.refersTo(null);
            scan();
            threshold = threshold(weight());
            countThreshold = Math.max(COUNT_FLOOR, 2 * watched());
            collections++;
            return took;
        } finally {
            collecting.unlock();
        }
    }

    /** Frees what the garbage collector has found unreachable so far. */
    void scan() {
        startScan();
        finishScan();
        // What other threads took off the list before may still be on its way back; others may go on taking more.
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (freeing.get() > 0 && System.nanoTime() < deadline) {
            Thread.yield();
        }
    }

    private void finishScan() {
        while (scanSegments(Integer.MAX_VALUE)) {
            Thread.yield(); // another thread holds a stripe that is still to be looked through
        }
    }

    /** Puts every segment on the list of those to look through. */
    private void startScan() {
        canary = newCanary();
        for (Stripe stripe : stripes) {
            stripe.lock();
            stripe.toScan = stripe.segments.size();
            stripe.unlock();
        }
        scansStarted.getAndIncrement(); // last: whoever sees it sees the list
    }

    /**
     * Looks through some of the segments that are on the list, and frees what is dead in them. Several threads may do so at once.
     *
     * @param most how many segments
     * @return whether some are left
     */
    private boolean scanSegments(int most) {
        freeing.getAndIncrement();
        try {
            return scanSegments(most, new ArrayList<>(SEGMENT));
        } finally {
            freeing.getAndDecrement();
        }
    }

    private boolean scanSegments(int most, List<Watch> dead) {
        int scan = scansStarted.get();
        int left = most;
        boolean skipped = false;
        for (Stripe stripe : stripes) {
            while (left > 0) {
                if (!stripe.tryLock()) {
                    skipped = true;
                    break;
                }
                boolean found;
                try {
                    found = stripe.takeDead(dead);
                } finally {
                    stripe.unlock();
                }
                if (!found) {
                    break;
                }
                left--;
                for (Watch watch : dead) {
                    giveUp(watch);
                }
                dead.clear();
            }
        }
        if (left > 0 && !skipped) {
            scanDone = scan;
            return false;
        }
        return true;
    }

    /** Gives up what a dead object claimed. A failure is a fault in this package: it is logged, and the others are freed all the same. */
    private static void giveUp(Watch watch) {
        try {
            watch.unreachable();
        } catch (RuntimeException e) {
            LeakReports.failure(e);
        }
    }

    /** What an allocating thread does each time it has filled a segment: asks for a collection if there is need, and takes its part in
     * freeing what the last one found, so that the dead do not pile up faster than the daemon frees them. */
    private void help() {
        boolean heavy = weight.get() > threshold || segmentsInUse.get() * SEGMENT > countThreshold;
        if (heavy && !asked) {
            asked = true;
            wake();
        }
        if (canary.refersTo(null)) {
            startScan();
        }
        if (scanDone != scansStarted.get()) {
            scanSegments(HELP);
        }
    }

    private long threshold(long afterCollection) {
        long most = limit;
        long floor = Math.min(FLOOR, most / 2);
        long half = afterCollection / 2 + most / 2;
        return Math.max(floor, Math.min(2 * afterCollection, half));
    }

    private Reference<Object> newCanary() {
        return new PhantomReference<>(new Object(), signals);
    }

    private void wake() {
        newCanary().enqueue();
    }

    private void run() {
        while (true) {
            try {
                Reference<?> signal = signals.remove();
                if (asked) {
                    try {
                        collect();
                    } finally {
                        asked = false;
                    }
                } else if (signal == canary) {
                    scan();
                } else {
                    finishScan(); // an allocating thread has seen the collection first, and begun
                }
            } catch (InterruptedException ignored) {
                // Nobody has a reason to stop the daemon; it ends with the JVM.
            } catch (RuntimeException | Error e) {
                LeakReports.failure(e);
            }
        }
    }

    /** A block of watches. */
    static final class Segment {
        final Stripe stripe;
        final @Nullable Watch[] watches = new @Nullable Watch[SEGMENT];
        int size;

        Segment(Stripe stripe) {
            this.stripe = stripe;
        }
    }

    /** The watches that some threads added. */
    final class Stripe extends SpinLock {
        private final ArrayList<Segment> segments = new ArrayList<>();
        private @Nullable Segment spare;
        private long weight;
        private long reported;

        /** The segments before this index are still to be looked through. */
        private int toScan;

        /** Adds a watch; true once in a while, when it is time to see to the rest. */
        boolean add(Watch watch) {
            Segment last = segments.isEmpty() ? null : segments.getLast();
            boolean fresh = last == null || last.size == SEGMENT;
            if (last == null || fresh) {
                last = spare != null ? spare : new Segment(this);
                spare = null;
                segments.add(last);
                segmentsInUse.getAndIncrement();
            }
            last.watches[last.size] = watch;
            watch.segment = last;
            watch.index = last.size++;
            return weigh(watch.weight()) || fresh;
        }

        boolean remove(Watch watch) {
            Segment home = watch.segment;
            int hole = watch.index;
            if (home == null || hole < 0) {
                return false;
            }
            Segment last = segments.getLast();
            int end = --last.size;
            Watch moved = last.watches[end];
            last.watches[end] = null;
            if (moved != watch && moved != null) {
                home.watches[hole] = moved;
                moved.segment = home;
                moved.index = hole;
            }
            if (end == 0) {
                segments.removeLast();
                spare = last;
                segmentsInUse.getAndDecrement();
            }
            watch.index = -1;
            weigh(-watch.weight());
            return true;
        }

        /** Moves what is dead in the next segment on the list to {@code dead}; false if the list is empty. */
        boolean takeDead(List<Watch> dead) {
            // From the last segment to the first: removal fills holes from the last one, which is then already seen.
            toScan = Math.min(toScan, segments.size());
            if (toScan == 0) {
                return false;
            }
            Segment segment = segments.get(--toScan);
            for (int i = segment.size - 1; i >= 0; i--) {
                Watch watch = segment.watches[i];
                if (watch != null && watch.refersTo(null)) {
                    remove(watch);
                    dead.add(watch);
                }
            }
            return true;
        }

        long count() {
            return segments.isEmpty() ? 0 : (segments.size() - 1L) * SEGMENT + segments.getLast().size;
        }

        /** Adds to the weight, and to the common sum when enough has come together; says whether it did. */
        private boolean weigh(long bytes) {
            weight += bytes;
            long delta = weight - reported;
            if (Math.abs(delta) < REPORTED_STEP) {
                return false;
            }
            reported = weight;
            Collector.this.weight.getAndAdd(delta);
            return delta > 0;
        }
    }
}

package org.gatun.tensor.memory;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
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
 * <p><b>Pacing.</b> The Java heap sees only a small object for each tensor, so it would collect far too late. Let w be the native
 * bytes behind all watched handles plus {@value #HANDLE_BYTES} for each, and w' what w was after the last collection. A collection is
 * asked for when w exceeds {@code max(floor, min(2 w', (w' + limit) / 2))}, where floor is the lesser of 256 MiB and half the limit.
 * Memory that scopes own does not count, so a program that uses scopes throughout never asks.
 */
final class Collector {
    static final Collector INSTANCE = new Collector();

    /** Watches in a segment. */
    static final int SEGMENT = 512;

    /** What a handle weighs besides its storage: its block's rounding, and its share of Java objects. */
    static final long HANDLE_BYTES = 256;

    private static final long FLOOR = 256L << 20;
    private static final long REPORTED_STEP = 1L << 20;

    private final Stripe[] stripes;
    private final AtomicLong weight = new AtomicLong();
    private final ReferenceQueue<Object> signals = new ReferenceQueue<>();
    private final ReentrantLock scanning = new ReentrantLock();
    private final ReentrantLock collecting = new ReentrantLock();
    private volatile Reference<Object> canary = newCanary();
    private volatile boolean asked;
    private volatile long threshold = FLOOR;
    private volatile long limit = Long.MAX_VALUE;

    /** How many collections were asked for, and have ended. */
    private volatile long collections;

    private Collector() {
        stripes = new Stripe[SpinLock.stripes()];
        for (int i = 0; i < stripes.length; i++) {
            stripes[i] = new Stripe();
        }
        Thread.ofPlatform()
                .name("gatun-memory")
                .daemon()
                .inheritInheritableThreadLocals(false)
                .start(this::run);
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

    /** Stops watching, if it did. */
    void remove(Watch watch) {
        Stripe stripe = watch.stripe;
        if (stripe == null) {
            return;
        }
        stripe.lock();
        try {
            stripe.remove(watch);
        } finally {
            stripe.unlock();
        }
        watch.clear();
    }

    /** Paces collections for a device that may hold {@code bytes}. */
    void limit(long bytes) {
        limit = bytes;
        threshold = threshold(0);
    }

    /** Native bytes behind watched handles, plus a constant for each handle. */
    long weight() {
        long sum = 0;
        for (Stripe stripe : stripes) {
            stripe.lock();
            sum += stripe.weight;
            stripe.unlock();
        }
        return sum;
    }

    /** How many handles are watched. */
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
            long left = weight();
            threshold = threshold(left);
            collections++;
            return took;
        } finally {
            collecting.unlock();
        }
    }

    /** Frees what the garbage collector has found unreachable so far. */
    void scan() {
        scanning.lock();
        try {
            scanLocked();
        } finally {
            scanning.unlock();
        }
    }

    private void scanLocked() {
        canary = newCanary();
        List<Watch> dead = new ArrayList<>(SEGMENT);
        for (Stripe stripe : stripes) {
            // From the last segment to the first: removal fills holes from the last one, which is then already seen.
            for (int s = stripe.lastSegment(); s >= 0; s--) {
                stripe.lock();
                try {
                    stripe.takeDead(s, dead);
                } finally {
                    stripe.unlock();
                }
                for (Watch watch : dead) {
                    watch.unreachable();
                }
                dead.clear();
            }
        }
    }

    /** What an allocating thread does once in a while: asks for a collection if there is need, and frees what was found. */
    private void help() {
        if (weight.get() > threshold && !asked) {
            asked = true;
            wake();
        }
        if (canary.refersTo(null) && scanning.tryLock()) {
            try {
                if (canary.refersTo(null)) {
                    scanLocked();
                }
            } finally {
                scanning.unlock();
            }
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
                }
            } catch (InterruptedException e) {
                continue; // nobody has a reason to stop the daemon; it ends with the JVM
            } catch (RuntimeException | Error e) {
                LeakReports.failure(e);
            }
        }
    }

    /** A block of watches. */
    static final class Segment {
        final @Nullable Watch[] watches = new @Nullable Watch[SEGMENT];
        int size;
    }

    /** The watches that some threads added. */
    final class Stripe extends SpinLock {
        private final ArrayList<Segment> segments = new ArrayList<>();
        private @Nullable Segment spare;
        private long weight;
        private long reported;

        /** Adds a watch; true once in a while, when it is time to see to the rest. */
        boolean add(Watch watch) {
            Segment last = segments.isEmpty() ? null : segments.getLast();
            boolean fresh = last == null || last.size == SEGMENT;
            if (last == null || fresh) {
                last = spare != null ? spare : new Segment();
                spare = null;
                segments.add(last);
            }
            last.watches[last.size] = watch;
            watch.segment = last;
            watch.index = last.size++;
            watch.stripe = this;
            return weigh(watch.weight() + HANDLE_BYTES) || fresh;
        }

        void remove(Watch watch) {
            Segment home = watch.segment;
            if (home == null) {
                return;
            }
            Segment last = segments.getLast();
            int end = --last.size;
            Watch moved = last.watches[end];
            last.watches[end] = null;
            if (moved != watch && moved != null) {
                home.watches[watch.index] = moved;
                moved.segment = home;
                moved.index = watch.index;
            }
            if (end == 0) {
                segments.removeLast();
                spare = last;
            }
            watch.segment = null;
            weigh(-watch.weight() - HANDLE_BYTES);
        }

        int lastSegment() {
            lock();
            int last = segments.size() - 1;
            unlock();
            return last;
        }

        void takeDead(int s, List<Watch> dead) {
            if (s >= segments.size()) {
                return;
            }
            Segment segment = segments.get(s);
            for (int i = segment.size - 1; i >= 0; i--) {
                Watch watch = segment.watches[i];
                if (watch != null && watch.refersTo(null)) {
                    remove(watch);
                    dead.add(watch);
                }
            }
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

package org.gatun.tensor.cpu;

import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of worker threads and the board on which callers post jobs for them. The workers start with the first job
 * and end when the crew is retired; a retired crew's jobs are still finished, by their callers.
 */
final class Crew {

    /** Places on the board. When more threads than this are inside parallel loops, the others run theirs alone. */
    private static final int PLACES = 32;

    /** Parked workers that one thread wakes; those wake more. Waking is a system call, and many in a row hold up the caller. */
    private static final int WAKES = 2;

    /** Whether this thread, not a worker, is inside a loop's body. Workers are always inside one when they run anything. */
    private static final ThreadLocal<boolean[]> INSIDE = ThreadLocal.withInitial(() -> new boolean[1]);

    private final int threads;
    private final Waiting pace;
    private final AtomicReferenceArray<@Nullable Job> board = new AtomicReferenceArray<>(PLACES);
    private final AtomicInteger posted = new AtomicInteger();
    private final AtomicInteger parked = new AtomicInteger();
    private final Worker[] workers;
    private volatile boolean started;
    private volatile boolean retired;

    Crew(int threads) {
        this.threads = threads;
        this.pace = threads <= Runtime.getRuntime().availableProcessors() ? Waiting.SPIN_THEN_PARK : Waiting.PARK;
        this.workers = new Worker[threads - 1];
    }

    int threads() {
        return threads;
    }

    static boolean insideLoop() {
        return Thread.currentThread() instanceof Worker || INSIDE.get()[0];
    }

    /** Runs a job to its end with the help of the workers, or alone inside another job. */
    void run(Job job) {
        if (Thread.currentThread() instanceof Worker) {
            job.runAllHere();
            return;
        }
        boolean[] inside = INSIDE.get();
        if (inside[0]) {
            job.runAllHere();
            return;
        }
        inside[0] = true;
        try {
            int place = post(job);
            if (place < 0) {
                job.runAllHere();
                return;
            }
            try {
                job.work();
            } finally {
                board.set(place, null);
            }
            job.await(pace);
        } finally {
            inside[0] = false;
        }
    }

    private int post(Job job) {
        if (!started) {
            start();
        }
        for (int place = 0; place < PLACES; place++) {
            if (board.get(place) == null && board.compareAndSet(place, null, job)) {
                posted.getAndIncrement();
                wakeSome(job.parts() - 1);
                return place;
            }
        }
        return -1;
    }

    private synchronized void start() {
        if (!started) {
            for (int i = 0; i < workers.length; i++) {
                workers[i] = new Worker(i);
            }
            started = true;
            int running = 0;
            try {
                for (Worker worker : workers) {
                    worker.start();
                    running++;
                }
            } catch (OutOfMemoryError e) {
                // No more threads here: whoever posts a job finishes it with those there are, or alone.
                System.getLogger("org.gatun.tensor")
                        .log(
                                Level.WARNING,
                                "only " + running + " of " + workers.length + " worker threads could be started: set"
                                        + " -Dgatun.threads to fewer, or allow the process more threads",
                                e);
            }
        }
    }

    /** Lets the workers end once they find no more work. */
    synchronized void retire() {
        retired = true;
        if (started) {
            for (Worker worker : workers) {
                LockSupport.unpark(worker);
            }
        }
    }

    private void wakeSome(int wanted) {
        if (parked.get() == 0) {
            return;
        }
        int left = Math.min(wanted, WAKES);
        for (int i = 0; i < workers.length && left > 0; i++) {
            if (workers[i].wake()) {
                left--;
            }
        }
    }

    private final class Worker extends Thread {

        private final AtomicInteger asleep = new AtomicInteger();

        Worker(int number) {
            super(null, null, "gatun-worker-" + (number + 1), 0, false);
            setDaemon(true);
        }

        @Override
        public void run() {
            while (true) {
                int seen = posted.get();
                if (workOnBoard()) {
                    continue;
                }
                if (retired) {
                    return;
                }
                if (!pace.until(() -> posted.get() != seen || retired)) {
                    sleep(seen);
                }
            }
        }

        private boolean workOnBoard() {
            boolean worked = false;
            for (int place = 0; place < PLACES; place++) {
                Job job = board.get(place);
                if (job != null && job.hasUnclaimed()) {
                    wakeSome(job.parts() - 1);
                    job.work();
                    worked = true;
                }
            }
            return worked;
        }

        private void sleep(int seen) {
            parked.getAndIncrement();
            asleep.set(1);
            // A job posted before the line above was read by its poster is seen here; one posted after it wakes this
            // thread.
            if (posted.get() == seen) {
                while (asleep.get() == 1 && !retired) {
                    LockSupport.park(Crew.this);
                    Thread.interrupted(); // nobody's to handle, and a thread that is interrupted does not park
                }
            }
            asleep.set(0);
            parked.getAndDecrement();
        }

        /** Wakes this worker if it is parked, or about to park; returns whether it was. */
        boolean wake() {
            if (asleep.get() == 1 && asleep.compareAndSet(1, 0)) {
                LockSupport.unpark(this);
                return true;
            }
            return false;
        }
    }
}

package org.gatun.bindings.cuda;

import static java.lang.foreign.MemorySegment.ofAddress;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import org.gatun.bindings.cuda.generated.cuda_h;

/** Streams and events of CUDA's driver; see {@link CudaDriver} for what holds for all calls. */
public final class CudaStreams {

    private CudaStreams() {}

    /**
     * Makes a stream of the current context, which does not wait for work of the default stream.
     *
     * @param priority 0 for a usual stream; a lower number goes first, and the driver brings it into its range
     * @return the stream
     */
    public static long create(int priority) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check(
                "cuStreamCreateWithPriority",
                cuda_h.cuStreamCreateWithPriority(scratch, cuda_h.CU_STREAM_NON_BLOCKING(), priority));
        return Scratch.handle(scratch);
    }

    /**
     * Destroys a stream as soon as its work is done; this does not wait for it.
     *
     * @param stream the stream
     */
    public static void destroy(long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuStreamDestroy_v2", cuda_h.cuStreamDestroy_v2(ofAddress(stream)));
    }

    /**
     * Waits until all work of a stream is done.
     *
     * @param stream the stream
     */
    public static void synchronize(long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuStreamSynchronize", cuda_h.cuStreamSynchronize(ofAddress(stream)));
    }

    /**
     * Whether all work of a stream is done.
     *
     * @param stream the stream
     * @return false if some is not
     */
    public static boolean done(long stream) {
        CudaDriver.ready();
        return done("cuStreamQuery", cuda_h.cuStreamQuery(ofAddress(stream)));
    }

    /**
     * Lets a stream's later work wait for an event, which may be another stream's.
     *
     * @param stream the stream
     * @param event the event
     */
    public static void await(long stream, long event) {
        CudaDriver.ready();
        CudaDriver.check("cuStreamWaitEvent", cuda_h.cuStreamWaitEvent(ofAddress(stream), ofAddress(event), 0));
    }

    /**
     * Makes an event.
     *
     * @param timed whether it takes the time, which costs some
     * @return the event
     */
    public static long createEvent(boolean timed) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check(
                "cuEventCreate",
                cuda_h.cuEventCreate(scratch, timed ? cuda_h.CU_EVENT_DEFAULT() : cuda_h.CU_EVENT_DISABLE_TIMING()));
        return Scratch.handle(scratch);
    }

    /**
     * Destroys an event as soon as it has come; this does not wait for it.
     *
     * @param event the event
     */
    public static void destroyEvent(long event) {
        CudaDriver.ready();
        CudaDriver.check("cuEventDestroy_v2", cuda_h.cuEventDestroy_v2(ofAddress(event)));
    }

    /**
     * Lets an event come when a stream's earlier work is done.
     *
     * @param event the event
     * @param stream the stream
     */
    public static void record(long event, long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuEventRecord", cuda_h.cuEventRecord(ofAddress(event), ofAddress(stream)));
    }

    /**
     * Whether an event has come, or was never recorded.
     *
     * @param event the event
     * @return false if work before it is not done
     */
    public static boolean eventDone(long event) {
        CudaDriver.ready();
        return done("cuEventQuery", cuda_h.cuEventQuery(ofAddress(event)));
    }

    /**
     * Waits for an event.
     *
     * @param event the event
     */
    public static void synchronizeEvent(long event) {
        CudaDriver.ready();
        CudaDriver.check("cuEventSynchronize", cuda_h.cuEventSynchronize(ofAddress(event)));
    }

    /**
     * The time between two timed events that have come.
     *
     * @param start the earlier one
     * @param end the later one
     * @return milliseconds, to about half a microsecond
     */
    public static float elapsed(long start, long end) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check("cuEventElapsedTime", cuda_h.cuEventElapsedTime(scratch, ofAddress(start), ofAddress(end)));
        return scratch.get(JAVA_FLOAT, 0);
    }

    /**
     * Calls a function of the host when a stream's earlier work is done. It runs on a thread of the driver, which waits for it,
     * and must not call CUDA.
     *
     * @param stream the stream
     * @param function the address of a function that takes a pointer, see {@link HostFunction}
     * @param argument what it is called with
     */
    public static void callHost(long stream, HostFunction function, long argument) {
        CudaDriver.ready();
        CudaDriver.check(
                "cuLaunchHostFunc",
                cuda_h.cuLaunchHostFunc(ofAddress(stream), function.address(), ofAddress(argument)));
    }

    private static boolean done(String call, int status) {
        if (status == cuda_h.CUDA_ERROR_NOT_READY()) {
            return false;
        }
        CudaDriver.check(call, status);
        return true;
    }
}

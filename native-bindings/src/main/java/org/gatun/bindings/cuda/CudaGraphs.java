package org.gatun.bindings.cuda;

import static java.lang.foreign.MemorySegment.NULL;
import static java.lang.foreign.MemorySegment.ofAddress;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.gatun.bindings.cuda.generated.CUgraphExecUpdateResultInfo_st;
import org.gatun.bindings.cuda.generated.cuda_h;

/** Work that is captured from a stream and launched as a whole; see {@link CudaDriver} for what holds for all calls. */
public final class CudaGraphs {

    /** What must not be called while a stream is captured, because it might upset the capture (such as waiting for the device). */
    public enum Scope {
        /** Nothing such on any thread. */
        GLOBAL(cuda_h.CU_STREAM_CAPTURE_MODE_GLOBAL()),
        /** Nothing such on the thread that captures. */
        THREAD(cuda_h.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL()),
        /** Anything may be called. */
        RELAXED(cuda_h.CU_STREAM_CAPTURE_MODE_RELAXED());

        private final int code;

        Scope(int code) {
            this.code = code;
        }
    }

    /** What a stream does with work. */
    public enum Capture {
        /** It runs. */
        NONE,
        /** It goes into a graph. */
        ACTIVE,
        /** It went into a graph until a forbidden call ended that; {@link #end} reports it. */
        INVALIDATED
    }

    private CudaGraphs() {}

    /**
     * Starts to capture a stream: its work goes into a graph and does not run.
     *
     * @param stream the stream
     * @param scope what must not be called meanwhile
     */
    public static void begin(long stream, Scope scope) {
        CudaDriver.ready();
        CudaDriver.check("cuStreamBeginCapture_v2", cuda_h.cuStreamBeginCapture_v2(ofAddress(stream), scope.code));
    }

    /**
     * Ends the capture of a stream.
     *
     * @param stream the stream
     * @return the graph
     */
    public static long end(long stream) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check("cuStreamEndCapture", cuda_h.cuStreamEndCapture(ofAddress(stream), scratch));
        return Scratch.handle(scratch);
    }

    /**
     * What a stream does with work.
     *
     * @param stream the stream
     * @return whether it is captured
     */
    public static Capture capture(long stream) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check("cuStreamIsCapturing", cuda_h.cuStreamIsCapturing(ofAddress(stream), scratch));
        int status = scratch.get(JAVA_INT, 0);
        if (status == cuda_h.CU_STREAM_CAPTURE_STATUS_NONE()) {
            return Capture.NONE;
        }
        return status == cuda_h.CU_STREAM_CAPTURE_STATUS_ACTIVE() ? Capture.ACTIVE : Capture.INVALIDATED;
    }

    /**
     * How many pieces of work a graph holds.
     *
     * @param graph the graph
     * @return the number of nodes
     */
    public static long size(long graph) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        scratch.set(JAVA_LONG, 0, 0);
        CudaDriver.check("cuGraphGetNodes", cuda_h.cuGraphGetNodes(ofAddress(graph), NULL, scratch));
        return scratch.get(JAVA_LONG, 0);
    }

    /**
     * Makes a graph ready to be launched. Memory that it allocates and does not free is freed before its next launch.
     *
     * @param graph the graph, which may be destroyed then
     * @return what can be launched
     */
    public static long instantiate(long graph) {
        CudaDriver.ready();
        var scratch = Scratch.memory();
        CudaDriver.check(
                "cuGraphInstantiateWithFlags",
                cuda_h.cuGraphInstantiateWithFlags(
                        scratch, ofAddress(graph), cuda_h.CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH()));
        return Scratch.handle(scratch);
    }

    /**
     * Puts the parameters of another graph of the same structure in the place of those of one that can be launched.
     *
     * @param executable what can be launched
     * @param graph the other graph
     * @return false if it differs in more than can be updated, so that it must be instantiated instead
     */
    public static boolean update(long executable, long graph) {
        CudaDriver.ready();
        // the structure of what came of it fits into scratch memory
        var result = Scratch.memory().asSlice(0, CUgraphExecUpdateResultInfo_st.sizeof());
        int status = cuda_h.cuGraphExecUpdate_v2(ofAddress(executable), ofAddress(graph), result);
        if (status == cuda_h.CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE()) {
            return false;
        }
        CudaDriver.check("cuGraphExecUpdate_v2", status);
        return true;
    }

    /**
     * Launches all work of a graph.
     *
     * @param executable what {@link #instantiate} made
     * @param stream the stream
     */
    public static void launch(long executable, long stream) {
        CudaDriver.ready();
        CudaDriver.check("cuGraphLaunch", cuda_h.cuGraphLaunch(ofAddress(executable), ofAddress(stream)));
    }

    /**
     * Destroys what {@link #instantiate} made.
     *
     * @param executable what can be launched
     */
    public static void destroyExecutable(long executable) {
        CudaDriver.ready();
        CudaDriver.check("cuGraphExecDestroy", cuda_h.cuGraphExecDestroy(ofAddress(executable)));
    }

    /**
     * Destroys a graph.
     *
     * @param graph the graph
     */
    public static void destroy(long graph) {
        CudaDriver.ready();
        CudaDriver.check("cuGraphDestroy", cuda_h.cuGraphDestroy(ofAddress(graph)));
    }
}

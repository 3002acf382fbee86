// Streams, each with a thread of its own that works its operations off in order, and events between them.
#include <algorithm>

#include "state.h"

namespace standin {

std::set<Stream*> streams;
std::set<Event*> events;

namespace {
std::mutex marksLock;
std::condition_variable marksChanged;
std::atomic<uint64_t> nextStream{1};

// Run by the stream's thread. Whoever sees the mark done must find the stream idle too, and the other way round.
void finish(Stream* stream, const MarkRef& mark) {
    std::lock_guard<std::mutex> outer(stream->lock);
    std::lock_guard<std::mutex> guard(marksLock);
    stream->busy = false;
    mark->done = true;
    mark->time = std::chrono::steady_clock::now();
    marksChanged.notify_all();
}

// A destroyed stream goes when its work is done; until then the device's synchronisation counts it.
bool retire(Stream* stream) {
    std::lock_guard<std::mutex> outer(registry());
    {
        std::lock_guard<std::mutex> guard(stream->lock);
        if (!stream->queue.empty()) return false;
    }
    streams.erase(stream);
    delete stream;
    return true;
}

void work(Stream* stream) {
    prepareThread();
    std::minstd_rand random((unsigned)(settings[SEED] * 7919 + (long)stream->id * 104729 + 1));
    while (true) {
        Operation operation;
        {
            std::unique_lock<std::mutex> guard(stream->lock);
            stream->busy = false;
            stream->wake.wait(guard, [&] { return !stream->queue.empty() || stream->closing; });
            if (stream->queue.empty()) {
                guard.unlock();
                if (retire(stream)) break;
                continue;
            }
            operation = std::move(stream->queue.front());
            stream->queue.pop_front();
            stream->busy = !operation.own;
        }
        long longest = settings[DELAY], every = settings[DELAY_EVERY];
        if (longest > 0 && (every <= 1 || (long)(random() % (unsigned long)every) == 0)) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % (unsigned long)longest + 1));
        }
        perform(*stream->device, operation);
    }
}

Stream* open(Device* device, unsigned flags, int priority, uint64_t id) {
    Stream* stream = new Stream;
    stream->device = device;
    stream->context = primary(device->ordinal);
    stream->flags = flags;
    stream->priority = priority;
    stream->id = id;
    streams.insert(stream);
    std::thread(work, stream).detach();
    return stream;
}

void push(Stream* stream, Operation operation) {
    std::lock_guard<std::mutex> guard(stream->lock);
    stream->queue.push_back(std::move(operation));
    stream->wake.notify_one();
}

Operation finishing(Stream* stream, const MarkRef& mark) {
    return {EMPTY, "mark", [stream, mark] { finish(stream, mark); }, true};
}
MarkRef mark(Stream* stream) {
    MarkRef result = std::make_shared<Mark>();
    Operation operation = finishing(stream, result);
    operation.own = true;
    push(stream, std::move(operation));
    return result;
}
void await(Stream* stream, const MarkRef& mark) {
    if (!isDone(mark)) push(stream, {EMPTY, "wait", [mark] { waitFor(mark); }, true});
}
bool blocking(Stream* stream) { return (stream->flags & 1) == 0; }
thread_local std::map<Device*, Stream*> perThread;
}  // namespace

std::mutex& registry() {
    static std::mutex* lock = new std::mutex;
    return *lock;
}

void waitFor(const MarkRef& mark) {
    std::unique_lock<std::mutex> guard(marksLock);
    marksChanged.wait(guard, [&] { return mark->done; });
}
bool isDone(const MarkRef& mark) {
    std::lock_guard<std::mutex> guard(marksLock);
    return mark->done;
}

void perform(Device& device, const Operation& operation) {
    if (device.lost != 0 && !operation.always) return;
    FaultFrame frame;
    frame.device = &device;
    if (sigsetjmp(frame.jump, 0) == 0) {
        if (operation.type != HOST) faultFrame = &frame;  // a host function may run Java, whose faults are the JVM's
        operation.run();
        faultFrame = nullptr;
        return;
    }
    faultFrame = nullptr;
    violation(device, frame.code, operation.name + ": " + (frame.text != nullptr ? std::string(frame.text) : "illegal access to " + describe(frame.address)));
}

CUresult resolve(CUstream handle, Stream** out) {
    Device* device;
    if (CUresult result = currentDevice(&device); result != 0) return result;
    std::lock_guard<std::mutex> guard(registry());
    if ((uint64_t)handle <= 1) {
        if (device->legacy == nullptr) device->legacy = open(device, 0, 0, 0);
        *out = device->legacy;
    } else if ((uint64_t)handle == 2) {
        Stream*& own = perThread[device];
        if (own == nullptr) own = open(device, 0, 0, 0);
        *out = own;
    } else {
        if (!streams.count(handle) || handle->closing) return CUDA_ERROR_INVALID_HANDLE;
        *out = handle;
    }
    return CUDA_SUCCESS;
}

void submit(Stream* stream, Operation operation) {
    std::lock_guard<std::mutex> guard(registry());
    Device* device = stream->device;
    if (stream == device->legacy) {
        // The default stream begins after all blocking streams, and they go on after it.
        for (Stream* other : streams) {
            if (other != stream && other->device == device && blocking(other) && other->capture == nullptr) await(stream, mark(other));
        }
        push(stream, std::move(operation));
        stream->last = mark(stream);
    } else {
        if (blocking(stream) && device->legacy != nullptr && device->legacy->last) await(stream, device->legacy->last);
        push(stream, std::move(operation));
    }
}

CUresult enqueue(Stream* stream, Operation operation) {
    {
        std::lock_guard<std::mutex> guard(registry());
        if (stream->capture != nullptr) return captureOperation(stream, std::move(operation));
        if (stream == stream->device->legacy) {
            // It would wait for a stream that records and does not run.
            for (Stream* other : streams) {
                if (other->capture != nullptr && blocking(other)) {
                    other->capture->invalid = true;
                    return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
                }
            }
        }
    }
    submit(stream, std::move(operation));
    return CUDA_SUCCESS;
}

void synchronize(Stream* stream) {
    MarkRef end = std::make_shared<Mark>();
    submit(stream, finishing(stream, end));
    waitFor(end);
    std::string broken = checkGuards(false);
    if (!broken.empty() && stream->device->lost == 0) violation(*stream->device, CUDA_ERROR_ILLEGAL_ADDRESS, "found at a synchronisation: " + broken);
    trimPools(*stream->device);
}

void synchronizeDevice(Device& device) {
    std::vector<MarkRef> ends;
    {
        std::lock_guard<std::mutex> guard(registry());
        for (Stream* stream : streams) {
            if (stream->device == &device) ends.push_back(mark(stream));
        }
    }
    for (const MarkRef& end : ends) waitFor(end);
    std::string broken = checkGuards(false);
    if (!broken.empty() && device.lost == 0) violation(device, CUDA_ERROR_ILLEGAL_ADDRESS, "found at a synchronisation: " + broken);
    trimPools(device);
}

}  // namespace standin

using namespace standin;

API CUresult cuStreamCreateWithPriority(CUstream* out, unsigned flags, int priority) {
    ENTER(2);
    if (out == nullptr || flags > 1) return CUDA_ERROR_INVALID_VALUE;
    Device* device;
    currentDevice(&device);
    std::lock_guard<std::mutex> guard(registry());
    *out = open(device, flags, priority, nextStream++);
    return CUDA_SUCCESS;
}
API CUresult cuStreamCreate(CUstream* out, unsigned flags) { return cuStreamCreateWithPriority(out, flags, 0); }

// Returns at once; the work that was given to it is still done.
API CUresult cuStreamDestroy_v2(CUstream stream) {
    ENTER(1);
    std::lock_guard<std::mutex> guard(registry());
    if (!streams.count(stream) || stream->id == 0 || stream->closing) return CUDA_ERROR_INVALID_HANDLE;
    if (stream->capture != nullptr) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    std::lock_guard<std::mutex> inner(stream->lock);
    stream->closing = true;
    stream->wake.notify_one();
    return CUDA_SUCCESS;
}

API CUresult cuStreamSynchronize(CUstream handle) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    synchronize(stream);
    return health(*stream->device);
}

API CUresult cuStreamQuery(CUstream handle) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    std::lock_guard<std::mutex> guard(stream->lock);
    bool idle = !stream->busy && std::all_of(stream->queue.begin(), stream->queue.end(), [](const Operation& operation) { return operation.own; });
    return idle ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

API CUresult cuStreamGetFlags(CUstream handle, unsigned* flags) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    *flags = stream->flags;
    return CUDA_SUCCESS;
}
API CUresult cuStreamGetPriority(CUstream handle, int* priority) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    *priority = stream->priority;
    return CUDA_SUCCESS;
}
API CUresult cuStreamGetCtx(CUstream handle, Context** context) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    *context = stream->context;
    return CUDA_SUCCESS;
}
API CUresult cuStreamGetId(CUstream handle, unsigned long long* id) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    *id = stream->id;
    return CUDA_SUCCESS;
}

API CUresult cuLaunchHostFunc(CUstream handle, void (*function)(void*), void* data) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    if (function == nullptr) return CUDA_ERROR_INVALID_VALUE;
    return enqueue(stream, {HOST, "a host function", [=] {
        inHostFunction = true;
        function(data);
        inHostFunction = false;
    }});
}

API CUresult cuStreamAddCallback(CUstream handle, void (*function)(CUstream, CUresult, void*), void* data, unsigned) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    if (stream->capture != nullptr) {
        stream->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    return enqueue(stream, {HOST, "a callback", [=] {
        inHostFunction = true;
        function(handle, stream->device->lost, data);
        inHostFunction = false;
    }, true});
}

// ---- events ----

API CUresult cuEventCreate(CUevent* out, unsigned flags) {
    ENTER(2);
    if (out == nullptr || flags > 7) return CUDA_ERROR_INVALID_VALUE;
    Event* event = new Event;
    event->flags = flags;
    std::lock_guard<std::mutex> guard(registry());
    events.insert(event);
    *out = event;
    return CUDA_SUCCESS;
}

API CUresult cuEventDestroy_v2(CUevent event) {
    ENTER(1);
    std::lock_guard<std::mutex> guard(registry());
    if (events.erase(event) == 0) return CUDA_ERROR_INVALID_HANDLE;
    delete event;
    return CUDA_SUCCESS;
}

API CUresult cuEventRecord(CUevent event, CUstream handle) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    MarkRef fresh = std::make_shared<Mark>();
    {
        std::lock_guard<std::mutex> guard(registry());
        if (!events.count(event)) return CUDA_ERROR_INVALID_HANDLE;
        if (stream->capture != nullptr) return captureRecord(event, stream);
        event->capture = nullptr;
        event->mark = fresh;
    }
    submit(stream, finishing(stream, fresh));
    return CUDA_SUCCESS;
}
API CUresult cuEventRecordWithFlags(CUevent event, CUstream stream, unsigned) { return cuEventRecord(event, stream); }

API CUresult cuStreamWaitEvent(CUstream handle, CUevent event, unsigned) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    MarkRef pending;
    {
        std::lock_guard<std::mutex> guard(registry());
        if (!events.count(event)) return CUDA_ERROR_INVALID_HANDLE;
        bool handled = false;
        CUresult result = captureWait(stream, event, &handled);
        if (handled || result != 0) return result;
        pending = event->mark;
    }
    if (pending && !isDone(pending)) submit(stream, {EMPTY, "wait for an event", [pending] { waitFor(pending); }, true});
    return CUDA_SUCCESS;
}

static CUresult markOf(CUevent event, MarkRef* out) {
    std::lock_guard<std::mutex> guard(registry());
    if (!events.count(event)) return CUDA_ERROR_INVALID_HANDLE;
    if (event->capture != nullptr) return CUDA_ERROR_CAPTURED_EVENT;
    *out = event->mark;
    return CUDA_SUCCESS;
}

API CUresult cuEventQuery(CUevent event) {
    ENTER(2);
    MarkRef found;
    if (CUresult result = markOf(event, &found); result != 0) return result;
    return !found || isDone(found) ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

API CUresult cuEventSynchronize(CUevent event) {
    ENTER(2);
    MarkRef found;
    if (CUresult result = markOf(event, &found); result != 0) return result;
    if (found) waitFor(found);
    Device* device;
    currentDevice(&device);
    return health(*device);
}

API CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
    ENTER(2);
    MarkRef first, second;
    if (CUresult result = markOf(start, &first); result != 0) return result;
    if (CUresult result = markOf(end, &second); result != 0) return result;
    if (!first || !second || ((start->flags | end->flags) & 2) != 0) return CUDA_ERROR_INVALID_HANDLE;
    if (!isDone(first) || !isDone(second)) return CUDA_ERROR_NOT_READY;
    *milliseconds = std::chrono::duration<float, std::milli>(second->time - first->time).count();
    return CUDA_SUCCESS;
}
API CUresult cuEventElapsedTime_v2(float* milliseconds, CUevent start, CUevent end) { return cuEventElapsedTime(milliseconds, start, end); }

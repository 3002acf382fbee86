// Stream capture and graphs. A captured operation becomes a node that depends on the last of its stream; a launch runs the nodes in
// an order that their dependencies allow, drawn anew each time, so that a missing dependency shows.
#include <algorithm>

#include "state.h"

namespace standin {

struct GraphExec {
    struct Step {
        Operation operation;
        std::vector<size_t> dependencies;
    };
    std::vector<Step> steps;
    unsigned long long flags = 0;
    std::minstd_rand random;
    std::mutex lock;
};

namespace {
std::set<Capture*> captures;
std::set<Graph*> graphs;
std::set<std::shared_ptr<GraphExec>*> executables;
std::atomic<uint64_t> nextCapture{1};
thread_local int threadMode = 0;  // 0 global, 1 thread-local, 2 relaxed

void join(std::vector<Node*>& target, const std::vector<Node*>& more) {
    for (Node* node : more) {
        if (std::find(target.begin(), target.end(), node) == target.end()) target.push_back(node);
    }
}

CUresult prepareSteps(Graph* graph, std::vector<GraphExec::Step>* steps) {
    std::map<Node*, size_t> index;
    for (auto& node : graph->nodes) {
        GraphExec::Step step{node->operation, {}};
        for (Node* dependency : node->dependencies) step.dependencies.push_back(index.at(dependency));
        index[node.get()] = steps->size();
        steps->push_back(std::move(step));
    }
    return CUDA_SUCCESS;
}

void runSteps(GraphExec& exec, const std::vector<GraphExec::Step>& steps, Device& device) {
    std::lock_guard<std::mutex> guard(exec.lock);
    std::vector<size_t> missing(steps.size()), ready;
    std::vector<std::vector<size_t>> followers(steps.size());
    for (size_t i = 0; i < steps.size(); i++) {
        missing[i] = steps[i].dependencies.size();
        for (size_t d : steps[i].dependencies) followers[d].push_back(i);
        if (missing[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
        std::swap(ready[exec.random() % ready.size()], ready.back());
        size_t next = ready.back();
        ready.pop_back();
        perform(device, steps[next].operation);
        for (size_t f : followers[next])
            if (--missing[f] == 0) ready.push_back(f);
    }
}

CUresult instantiate(std::shared_ptr<GraphExec>** out, Graph* graph, unsigned long long flags) {
    ENTER(2);
    std::lock_guard<std::mutex> guard(registry());
    if (out == nullptr || !graphs.count(graph)) return CUDA_ERROR_INVALID_VALUE;
    auto exec = std::make_shared<GraphExec>();
    prepareSteps(graph, &exec->steps);
    exec->flags = flags;
    exec->random.seed((unsigned)settings[SEED] + 1);
    *out = new std::shared_ptr<GraphExec>(exec);
    executables.insert(*out);
    return CUDA_SUCCESS;
}
}  // namespace

long liveGraphs() {
    std::lock_guard<std::mutex> guard(registry());
    return (long)(graphs.size() + executables.size());
}

CUresult forbidWhileCapturing() {
    std::lock_guard<std::mutex> guard(registry());
    if (threadMode == 2) return CUDA_SUCCESS;
    CUresult result = CUDA_SUCCESS;
    for (Capture* capture : captures) {
        bool own = capture->thread == std::this_thread::get_id();
        if ((own && capture->mode < 2) || (!own && threadMode == 0 && capture->mode == 0)) {
            capture->invalid = true;
            result = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
        }
    }
    return result;
}

CUresult captureOperation(Stream* stream, Operation operation) {
    Capture* capture = stream->capture;
    if (capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    auto node = std::make_unique<Node>();
    node->operation = std::move(operation);
    node->dependencies = stream->tail;
    stream->tail = {node.get()};
    capture->graph->nodes.push_back(std::move(node));
    return CUDA_SUCCESS;
}

CUresult captureRecord(Event* event, Stream* stream) {
    if (stream->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    event->capture = stream->capture;
    event->captured = stream->tail;
    event->mark = nullptr;
    return CUDA_SUCCESS;
}

CUresult captureWait(Stream* stream, Event* event, bool* handled) {
    if (event->capture != nullptr && !captures.count(event->capture)) return CUDA_ERROR_CAPTURED_EVENT;
    if (stream->capture == nullptr && event->capture == nullptr) return CUDA_SUCCESS;
    *handled = true;
    if (event->capture == nullptr) {
        // A capture cannot wait for what was submitted outside of it.
        if (!event->mark) return CUDA_SUCCESS;
        stream->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
    }
    if (event->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (stream->capture != nullptr && stream->capture != event->capture) {
        stream->capture->invalid = event->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_MERGE;
    }
    if (stream == stream->device->legacy) {
        event->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
    stream->capture = event->capture;
    stream->capture->members.insert(stream);
    join(stream->tail, event->captured);
    return CUDA_SUCCESS;
}

}  // namespace standin

using namespace standin;
using CUgraphExec = std::shared_ptr<GraphExec>*;

API CUresult cuStreamBeginCapture_v2(CUstream handle, int mode) {
    ENTER(2);
    if (mode < 0 || mode > 2) return CUDA_ERROR_INVALID_VALUE;
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    std::lock_guard<std::mutex> guard(registry());
    if (stream == stream->device->legacy) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    if (stream->capture != nullptr) return 401;  // CUDA_ERROR_ILLEGAL_STATE
    Capture* capture = new Capture;
    capture->graph = new Graph;
    capture->origin = stream;
    capture->members.insert(stream);
    capture->mode = mode;
    capture->id = nextCapture++;
    capture->thread = std::this_thread::get_id();
    captures.insert(capture);
    stream->capture = capture;
    stream->tail.clear();
    return CUDA_SUCCESS;
}

API CUresult cuStreamEndCapture(CUstream handle, Graph** out) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    std::lock_guard<std::mutex> guard(registry());
    Capture* capture = stream->capture;
    if (capture == nullptr) return 401;
    if (capture->origin != stream) {
        capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    }
    if (capture->mode != 2 && capture->thread != std::this_thread::get_id()) return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
    // Every stream that was drawn in must have been joined again: its last node is among the origin's ancestors.
    std::set<Node*> reached(stream->tail.begin(), stream->tail.end());
    std::vector<Node*> open(stream->tail);
    while (!open.empty()) {
        Node* node = open.back();
        open.pop_back();
        for (Node* d : node->dependencies)
            if (reached.insert(d).second) open.push_back(d);
    }
    CUresult result = capture->invalid ? CUDA_ERROR_STREAM_CAPTURE_INVALIDATED : CUDA_SUCCESS;
    for (Stream* member : capture->members) {
        for (Node* last : member->tail) {
            if (!reached.count(last) && result == 0) result = CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
        }
        member->capture = nullptr;
        member->tail.clear();
    }
    for (Event* event : events) {
        if (event->capture == capture) {
            event->capture = nullptr;
            event->captured.clear();
        }
    }
    captures.erase(capture);
    if (result == 0) {
        graphs.insert(capture->graph);
        *out = capture->graph;
    } else {
        delete capture->graph;
        *out = nullptr;
    }
    delete capture;
    return result;
}

static CUresult captureInfo(CUstream handle, int* status, unsigned long long* id, Graph** graph, Node*** dependencies, size_t* count) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(handle, &stream); result != 0) return result;
    std::lock_guard<std::mutex> guard(registry());
    Capture* capture = stream->capture;
    *status = capture == nullptr ? 0 : capture->invalid ? 2 : 1;
    if (capture == nullptr) return CUDA_SUCCESS;
    if (id != nullptr) *id = capture->id;
    if (graph != nullptr) *graph = capture->graph;
    if (dependencies != nullptr) *dependencies = stream->tail.data();
    if (count != nullptr) *count = stream->tail.size();
    return CUDA_SUCCESS;
}
API CUresult cuStreamIsCapturing(CUstream stream, int* status) { return captureInfo(stream, status, nullptr, nullptr, nullptr, nullptr); }
API CUresult cuStreamGetCaptureInfo_v2(CUstream stream, int* status, unsigned long long* id, Graph** graph, Node*** nodes, size_t* count) {
    return captureInfo(stream, status, id, graph, nodes, count);
}
API CUresult cuStreamGetCaptureInfo_v3(CUstream stream, int* status, unsigned long long* id, Graph** graph, Node*** nodes, void**, size_t* count) {
    return captureInfo(stream, status, id, graph, nodes, count);
}

API CUresult cuThreadExchangeStreamCaptureMode(int* mode) {
    ENTER(1);
    if (mode == nullptr || *mode < 0 || *mode > 2) return CUDA_ERROR_INVALID_VALUE;
    std::swap(*mode, threadMode);
    return CUDA_SUCCESS;
}

API CUresult cuGraphCreate(Graph** out, unsigned) {
    ENTER(2);
    std::lock_guard<std::mutex> guard(registry());
    *out = new Graph;
    graphs.insert(*out);
    return CUDA_SUCCESS;
}

API CUresult cuGraphDestroy(Graph* graph) {
    ENTER(1);
    std::lock_guard<std::mutex> guard(registry());
    if (graphs.erase(graph) == 0) return CUDA_ERROR_INVALID_VALUE;
    delete graph;
    return CUDA_SUCCESS;
}

API CUresult cuGraphGetNodes(Graph* graph, Node** nodes, size_t* count) {
    ENTER(1);
    std::lock_guard<std::mutex> guard(registry());
    if (!graphs.count(graph)) return CUDA_ERROR_INVALID_VALUE;
    size_t room = nodes == nullptr ? 0 : *count;
    for (size_t i = 0; i < room && i < graph->nodes.size(); i++) nodes[i] = graph->nodes[i].get();
    *count = nodes == nullptr ? graph->nodes.size() : std::min(room, graph->nodes.size());
    return CUDA_SUCCESS;
}

API CUresult cuGraphNodeGetType(Node* node, int* type) {
    ENTER(1);
    *type = node->operation.type;
    return CUDA_SUCCESS;
}

API CUresult cuGraphInstantiateWithFlags(CUgraphExec* out, Graph* graph, unsigned long long flags) { return instantiate(out, graph, flags); }
API CUresult cuGraphInstantiate_v2(CUgraphExec* out, Graph* graph, Node**, char* log, size_t size) {
    if (log != nullptr && size > 0) *log = 0;
    return instantiate(out, graph, 0);
}

API CUresult cuGraphExecDestroy(CUgraphExec exec) {
    ENTER(1);
    std::lock_guard<std::mutex> guard(registry());
    if (executables.erase(exec) == 0) return CUDA_ERROR_INVALID_VALUE;
    delete exec;  // launches under way hold the rest
    return CUDA_SUCCESS;
}

API CUresult cuGraphUpload(CUgraphExec exec, CUstream) {
    ENTER(2);
    std::lock_guard<std::mutex> guard(registry());
    return executables.count(exec) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

API CUresult cuGraphLaunch(CUgraphExec handle, CUstream streamHandle) {
    ENTER(2);
    Stream* stream;
    if (CUresult result = resolve(streamHandle, &stream); result != 0) return result;
    std::shared_ptr<GraphExec> exec;
    {
        std::lock_guard<std::mutex> guard(registry());
        if (!executables.count(handle)) return CUDA_ERROR_INVALID_VALUE;
        exec = *handle;
    }
    if (countdown(FAIL_LAUNCH)) return CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES;
    launches++;
    Device* device = stream->device;
    // The steps as they are now: a later update changes later launches only. The type keeps perform() from guarding the whole.
    auto steps = std::make_shared<std::vector<GraphExec::Step>>(exec->steps);
    return enqueue(stream, {HOST, "a graph", [exec, steps, device] { runSteps(*exec, *steps, *device); }});
}

struct UpdateResult {
    int result;
    Node *node, *from;
};
API CUresult cuGraphExecUpdate_v2(CUgraphExec handle, Graph* graph, UpdateResult* info) {
    ENTER(2);
    std::lock_guard<std::mutex> guard(registry());
    if (!executables.count(handle) || !graphs.count(graph) || info == nullptr) return CUDA_ERROR_INVALID_VALUE;
    std::vector<GraphExec::Step> steps;
    prepareSteps(graph, &steps);
    std::vector<GraphExec::Step>& old = (*handle)->steps;
    *info = {0, nullptr, nullptr};
    if (steps.size() != old.size()) info->result = 2;
    for (size_t i = 0; i < steps.size() && info->result == 0; i++) {
        if (steps[i].dependencies != old[i].dependencies) info->result = 2;
        if (steps[i].operation.type != old[i].operation.type) info->result = 3;
        if (info->result != 0) info->node = graph->nodes[i].get();
    }
    if (info->result != 0) return CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE;
    old = std::move(steps);
    return CUDA_SUCCESS;
}

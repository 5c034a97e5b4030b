// CUDA graphs: work recorded once on a stream of its own, then started again as a whole.
#include "guard.h"
#include "values.h"
#if TD_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#include <optional>

struct td_graph {
    decltype(at::cuda::graph_pool_handle()) pool = at::cuda::graph_pool_handle();
    at::cuda::CUDAGraph graph;
    std::optional<c10::cuda::CUDAStreamGuard> stream; // while the work is warmed up and recorded
    bool failed = false;
};

using namespace door;

namespace {
// Other threads go on meanwhile, such as the one that uploads batches: only what this one does may break a recording
// (libtorch from 2.1). A backward pass launches from autograd's own thread, which is recorded in either mode.
template <typename Graph, typename Pool>
void begin_capture(Graph& graph, const Pool& pool) {
    if constexpr (requires { graph.capture_begin(pool, cudaStreamCaptureModeThreadLocal); })
        graph.capture_begin(pool, cudaStreamCaptureModeThreadLocal);
    else
        graph.capture_begin(pool);
}

// capture_end leaves the allocator in its recording state when it fails: it would give no cached memory back any more.
template <typename Allocator, typename Pool>
void leave_pool(Allocator* allocator, c10::DeviceIndex device, const Pool& pool) {
    if constexpr (requires { allocator->endAllocateToPool(device, pool); })
        allocator->endAllocateToPool(device, pool);
}
}  // namespace

td_graph* td_graph_begin(int64_t device) {
    return guarded<td_graph*>(nullptr, [&] {
        auto made = std::make_unique<td_graph>();
        auto before = c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device));
        before.synchronize(); // what the work reads is there
        c10::cuda::CUDACachingAllocator::emptyCache(); // of the other streams: this one takes memory of its own
        made->stream.emplace(c10::cuda::getStreamFromPool(false, static_cast<c10::DeviceIndex>(device)));
        return made.release();
    });
}

int64_t td_graph_record(td_graph* graph) {
    return guarded<int64_t>(-1, [&] {
        c10::cuda::getCurrentCUDAStream().synchronize(); // the warm-up
        c10::cuda::CUDACachingAllocator::emptyCache();   // its memory: a recording takes memory of its own, too
        begin_capture(graph->graph, graph->pool);
        return 0;
    });
}

int64_t td_graph_end(td_graph* graph, int64_t recorded) {
    int64_t ended = guarded<int64_t>(-1, [&] {
        if (recorded) graph->graph.capture_end();
        else c10::cuda::getCurrentCUDAStream().synchronize(); // a warm-up that failed
        return 0;
    });
    if (recorded && ended < 0) {
        graph->failed = true;
        auto why = last_error();
        guarded<int64_t>(-1, [&] {
            leave_pool(c10::cuda::CUDACachingAllocator::get(), c10::cuda::getCurrentCUDAStream().device_index(), graph->pool);
            return 0;
        });
        last_error() = why;
    }
    graph->stream.reset();
    return ended;
}

int64_t td_graph_replay(td_graph* graph) {
    return guarded<int64_t>(-1, [&] { graph->graph.replay(); return 0; });
}

void td_graph_release(td_graph* graph) {
    if (graph->failed) return; // libtorch's allocators may still ask it which stream it records
    guarded<int64_t>(0, [&] { delete graph; return 0; });
}
#else
namespace {
template <typename Result>
Result without_cuda(Result failed) {
    door::last_error() = "libtorch_door was built without CUDA";
    return failed;
}
}  // namespace

td_graph* td_graph_begin(int64_t) { return without_cuda<td_graph*>(nullptr); }
int64_t td_graph_record(td_graph*) { return without_cuda<int64_t>(-1); }
int64_t td_graph_end(td_graph*, int64_t) { return without_cuda<int64_t>(-1); }
int64_t td_graph_replay(td_graph*) { return without_cuda<int64_t>(-1); }
void td_graph_release(td_graph*) {}
#endif

// CUDA graphs: work recorded once on a stream of its own, then started again as a whole.
#include "guard.h"
#include "values.h"
#if TD_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <optional>

struct td_graph {
    at::cuda::CUDAGraph graph;
    std::optional<c10::cuda::CUDAStreamGuard> stream; // while the work is warmed up and recorded
};

using namespace door;

td_graph* td_graph_begin(int64_t device) {
    return guarded<td_graph*>(nullptr, [&] {
        auto made = std::make_unique<td_graph>();
        auto before = c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device));
        before.synchronize(); // what the work reads is there
        made->stream.emplace(c10::cuda::getStreamFromPool(false, static_cast<c10::DeviceIndex>(device)));
        return made.release();
    });
}

int64_t td_graph_record(td_graph* graph) {
    return guarded<int64_t>(-1, [&] {
        c10::cuda::getCurrentCUDAStream().synchronize(); // the warm-up
        graph->graph.capture_begin();
        return 0;
    });
}

int64_t td_graph_end(td_graph* graph, int64_t recorded) {
    return guarded<int64_t>(-1, [&] {
        if (recorded) graph->graph.capture_end();
        graph->stream.reset();
        return 0;
    });
}

int64_t td_graph_replay(td_graph* graph) {
    return guarded<int64_t>(-1, [&] { graph->graph.replay(); return 0; });
}

void td_graph_release(td_graph* graph) {
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

// CUDA and MPS: what can be asked without their headers, and memory statistics where these were found (TD_CUDA).
#include <ATen/Context.h>
#include <torch/cuda.h>
#if TD_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif

#include "guard.h"
#include "values.h"

using namespace door;

int64_t td_cuda_available(void) {
    return guarded<int64_t>(0, [] { return torch::cuda::is_available(); });
}

int64_t td_cuda_device_count(void) {
    return guarded<int64_t>(0, [] { return static_cast<int64_t>(torch::cuda::device_count()); });
}

int64_t td_cuda_synchronize(int64_t device) {
    return guarded<int64_t>(-1, [&] { torch::cuda::synchronize(device); return 0; });
}

#if TD_CUDA
int64_t td_cuda_memory(int64_t device, int64_t statistics[4]) {
    return guarded<int64_t>(-1, [&] {
        auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(static_cast<c10::DeviceIndex>(device));
        statistics[0] = stats.allocated_bytes[0].current;
        statistics[1] = stats.reserved_bytes[0].current;
        statistics[2] = stats.allocated_bytes[0].peak;
        statistics[3] = stats.reserved_bytes[0].peak;
        return 0;
    });
}

int64_t td_cuda_reset_peak(int64_t device) {
    return guarded<int64_t>(-1, [&] {
        c10::cuda::CUDACachingAllocator::resetPeakStats(static_cast<c10::DeviceIndex>(device));
        return 0;
    });
}

int64_t td_cuda_empty_cache(void) {
    return guarded<int64_t>(-1, [] { c10::cuda::CUDACachingAllocator::emptyCache(); return 0; });
}
#else
namespace {
int64_t without_cuda() {
    last_error() = "libtorch_door was built without CUDA";
    return -1;
}
}  // namespace

int64_t td_cuda_memory(int64_t, int64_t[4]) { return without_cuda(); }
int64_t td_cuda_reset_peak(int64_t) { return without_cuda(); }
int64_t td_cuda_empty_cache(void) { return without_cuda(); }
#endif

int64_t td_mps_available(void) {
    return guarded<int64_t>(0, [] { return at::globalContext().hasMPS(); });
}

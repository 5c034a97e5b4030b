// softmax(q kᵀ) v without autograd, some rows of places at a time: their scores stay in the cache, and libtorch's threads
// share the rows, where one matrix product for all has the BLAS's one thread. The same bits with any number of threads.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/library.h>

#include <algorithm>

namespace {

constexpr int64_t kRows = 128;

// q and k (B,P,D), v (B,P,C) -> (B,P,C)
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    TORCH_CHECK(q.dim() == 3 && q.sizes() == k.sizes() && v.dim() == 3 && v.size(0) == q.size(0) && v.size(1) == q.size(1),
                "takes (B,P,D) twice and (B,P,C), not ", q.sizes(), ", ", k.sizes(), ", ", v.sizes());
    const int64_t places = q.size(1), parts = (places + kRows - 1) / kRows;
    at::Tensor result = at::empty_like(v, at::MemoryFormat::Contiguous);
    at::parallel_for(0, q.size(0) * parts, 1, [&](int64_t begin, int64_t end) {
        at::AutoDispatchBelowADInplaceOrView below;  // a thread's own state
        for (int64_t task = begin; task < end; ++task) {
            const int64_t sample = task / parts, first = task % parts * kRows, count = std::min(kRows, places - first);
            const at::Tensor scores = at::mm(q[sample].narrow(0, first, count), k[sample].t());
            at::Tensor rows = result[sample].narrow(0, first, count);
            at::mm_out(rows, at::softmax(scores, 1), v[sample]);
        }
    });
    return result;
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(talkinghead, library) { library.def("attention(Tensor q, Tensor k, Tensor v) -> Tensor"); }
TORCH_LIBRARY_IMPL(talkinghead, CPU, library) { library.impl("attention", attention); }

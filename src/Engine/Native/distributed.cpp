// Stores, groups and collectives of c10d.
#include "distributed.h"

#if TD_WITH_GLOO || TD_WITH_NCCL
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#if TD_WITH_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#if TD_WITH_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

using namespace door;
using std::chrono::milliseconds;

int64_t door::wait(const Work& work, bool queued, int64_t timeout_ms) {
    if (queued) {
        work->wait();
        return 0;
    }
    // c10d throws alike for a failure and for time that is up: only the latter leaves the work going on.
    try {
        work->wait(milliseconds(std::max<int64_t>(timeout_ms, 1)));
    } catch (...) {
        if (work->isCompleted()) throw;
        return 1;
    }
    return 0;
}

td_store* td_store_new(const char* host, int64_t port, int64_t serves, const char* prefix, int64_t timeout_ms) {
    return guarded<td_store*>(nullptr, [&] {
        c10d::TCPStoreOptions options;
        options.port = static_cast<uint16_t>(port);
        options.isServer = serves != 0;
        options.waitWorkers = false;
        options.timeout = milliseconds(timeout_ms);
        auto store = c10::make_intrusive<c10d::TCPStore>(host, options);
        return new td_store{c10::make_intrusive<c10d::PrefixStore>(prefix, store), store->getPort()};
    });
}

void td_store_release(td_store* store) { delete store; }

int64_t td_store_port(td_store* store) { return store->port; }

int64_t td_store_set(td_store* store, const char* key, const uint8_t* bytes, int64_t length) {
    return guarded<int64_t>(-1, [&] {
        store->store->set(key, std::vector<uint8_t>(bytes, bytes + length));
        return 0;
    });
}

int64_t td_store_get(td_store* store, const char* key, uint8_t** bytes) {
    return guarded<int64_t>(-1, [&] {
        auto found = store->store->get(key);
        *bytes = static_cast<uint8_t*>(std::malloc(found.size() + 1));
        std::memcpy(*bytes, found.data(), found.size());
        return static_cast<int64_t>(found.size());
    });
}

int64_t td_store_add(td_store* store, const char* key, int64_t amount, int64_t* sum) {
    return guarded<int64_t>(-1, [&] { *sum = store->store->add(key, amount); return 0; });
}

int64_t td_store_has(td_store* store, const char* key) {
    return guarded<int64_t>(-1, [&]() -> int64_t { return store->store->check({key}); });
}

int64_t td_store_delete(td_store* store, const char* key) {
    return guarded<int64_t>(-1, [&]() -> int64_t { return store->store->deleteKey(key); });
}

namespace {

#if TD_WITH_GLOO
// Gloo cannot be aborted, but without connections nothing of it goes on.
struct Gloo : c10d::ProcessGroupGloo {
    using c10d::ProcessGroupGloo::ProcessGroupGloo;
    void close() {
        for (auto& context : contexts_) context->closeConnections();
    }
};

td_group* new_gloo(td_store* store, int64_t rank, int64_t size, milliseconds timeout, const char* interface, const char* address) {
    auto options = c10d::ProcessGroupGloo::Options::create();
    options->timeout = timeout;
    options->devices.push_back(interface && *interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                               : address && *address   ? c10d::ProcessGroupGloo::createDeviceForHostname(address)
                                                       : c10d::ProcessGroupGloo::createDefaultDevice());
    auto group = c10::make_intrusive<Gloo>(store->store, static_cast<int>(rank), static_cast<int>(size), options);
    return new td_group{group, [group] { group->close(); }, false};
}
#endif

#if TD_WITH_NCCL
td_group* new_nccl(td_store* store, int64_t rank, int64_t size, milliseconds timeout) {
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = timeout;
    auto group = c10::make_intrusive<c10d::ProcessGroupNCCL>(store->store, static_cast<int>(rank), static_cast<int>(size), options);
    // Its abort came, and changed its result, over the versions.
    auto abort = [](auto& nccl) {
        if constexpr (requires { nccl->abort(); }) nccl->abort();
        else TORCH_CHECK(false, "NCCL of libtorch ", TORCH_VERSION, " cannot be aborted");
    };
    return new td_group{group, [group, abort] { abort(group); }, true};
}
#endif

template <typename Start>
td_work* start(td_group* group, Start&& begin) {
    return guarded<td_work*>(nullptr, [&] { return new td_work{begin(), group->queued}; });
}

}  // namespace

int64_t td_has_backend(int64_t backend) {
#if TD_WITH_GLOO
    if (backend == TD_GLOO) return 1;
#endif
#if TD_WITH_NCCL
    if (backend == TD_NCCL) return 1;
#endif
    return 0;
}

td_group* td_group_new(td_store* store, int64_t backend, int64_t rank, int64_t size, int64_t timeout_ms,
                       const char* interface, const char* address) {
    return guarded<td_group*>(nullptr, [&]() -> td_group* {
#if TD_WITH_GLOO
        if (backend == TD_GLOO) return new_gloo(store, rank, size, milliseconds(timeout_ms), interface, address);
#endif
#if TD_WITH_NCCL
        if (backend == TD_NCCL) return new_nccl(store, rank, size, milliseconds(timeout_ms));
#endif
        TORCH_CHECK(false, "libtorch_door was built without ", backend == TD_GLOO ? "Gloo" : "NCCL");
    });
}

void td_group_release(td_group* group) {
    guarded<int64_t>(-1, [&] { delete group; return 0; });
}

int64_t td_group_abort(td_group* group) {
    return guarded<int64_t>(-1, [&] { group->abort(); return 0; });
}

td_work* td_group_broadcast(td_group* group, td_tensor tensor, int64_t root) {
    return start(group, [&] {
        std::vector<at::Tensor> tensors{borrow(tensor)};
        c10d::BroadcastOptions options;
        options.rootRank = root;
        return group->backend->broadcast(tensors, options);
    });
}

td_work* td_group_all_reduce(td_group* group, td_tensor tensor, int64_t reduction) {
    return start(group, [&] {
        std::vector<at::Tensor> tensors{borrow(tensor)};
        c10d::AllreduceOptions options;
        options.reduceOp = reduction == TD_MIN   ? c10d::ReduceOp::MIN
                           : reduction == TD_MAX ? c10d::ReduceOp::MAX
                                                 : c10d::ReduceOp::SUM;
        return group->backend->allreduce(tensors, options);
    });
}

td_work* td_group_all_gather(td_group* group, td_tensor tensor, const td_tensor* results) {
    return start(group, [&] {
        std::vector<at::Tensor> tensors{borrow(tensor)};
        std::vector<std::vector<at::Tensor>> outputs{borrow_all(results, group->backend->getSize())};
        return group->backend->allgather(outputs, tensors);
    });
}

td_work* td_group_barrier(td_group* group) {
    return start(group, [&] { return group->backend->barrier(); });
}

int64_t td_work_wait(td_work* work, int64_t timeout_ms) {
    return guarded<int64_t>(-1, [&] { return wait(work->work, work->queued, timeout_ms); });
}

void td_work_release(td_work* work) { delete work; }

#else
#include "distributed_door.h"
#include "guard.h"

namespace {
template <typename Result>
Result without(Result failed) {
    door::last_error() = "libtorch_door was built without c10d: libtorch has none, or the headers of Gloo and NCCL are missing (Debian: libgloo-dev)";
    return failed;
}
}  // namespace

int64_t td_has_backend(int64_t) { return 0; }
td_store* td_store_new(const char*, int64_t, int64_t, const char*, int64_t) { return without<td_store*>(nullptr); }
void td_store_release(td_store*) {}
int64_t td_store_port(td_store*) { return without<int64_t>(-1); }
int64_t td_store_set(td_store*, const char*, const uint8_t*, int64_t) { return without<int64_t>(-1); }
int64_t td_store_get(td_store*, const char*, uint8_t**) { return without<int64_t>(-1); }
int64_t td_store_add(td_store*, const char*, int64_t, int64_t*) { return without<int64_t>(-1); }
int64_t td_store_has(td_store*, const char*) { return without<int64_t>(-1); }
int64_t td_store_delete(td_store*, const char*) { return without<int64_t>(-1); }
td_group* td_group_new(td_store*, int64_t, int64_t, int64_t, int64_t, const char*, const char*) { return without<td_group*>(nullptr); }
void td_group_release(td_group*) {}
int64_t td_group_abort(td_group*) { return without<int64_t>(-1); }
td_work* td_group_broadcast(td_group*, td_tensor, int64_t) { return without<td_work*>(nullptr); }
td_work* td_group_all_reduce(td_group*, td_tensor, int64_t) { return without<td_work*>(nullptr); }
td_work* td_group_all_gather(td_group*, td_tensor, const td_tensor*) { return without<td_work*>(nullptr); }
td_work* td_group_barrier(td_group*) { return without<td_work*>(nullptr); }
int64_t td_work_wait(td_work*, int64_t) { return without<int64_t>(-1); }
void td_work_release(td_work*) {}
td_buckets* td_buckets_new(td_group*, const td_tensor*, int64_t, int64_t) { return without<td_buckets*>(nullptr); }
void td_buckets_release(td_buckets*) {}
int64_t td_buckets_count(td_buckets*) { return without<int64_t>(-1); }
int64_t td_buckets_arm(td_buckets*) { return without<int64_t>(-1); }
int64_t td_buckets_send(td_buckets*) { return without<int64_t>(-1); }
int64_t td_buckets_wait(td_buckets*, int64_t) { return without<int64_t>(-1); }
#endif

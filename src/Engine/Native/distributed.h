// c10d's classes under one name for each, over libtorch's versions.
#pragma once
#if TD_WITH_GLOO || TD_WITH_NCCL
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <torch/csrc/distributed/c10d/Types.hpp>
#include <torch/csrc/distributed/c10d/Work.hpp>

#include <functional>

#include "distributed_door.h"
#include "guard.h"
#include "values.h"

#if TD_TORCH_AT_LEAST(2, 0)
#include <torch/csrc/distributed/c10d/Backend.hpp>
#else
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#endif

namespace door {

#if TD_TORCH_AT_LEAST(2, 0)
using Backend = c10d::Backend;
#else
using Backend = c10d::ProcessGroup;
#endif
using Work = c10::intrusive_ptr<c10d::Work>;

// 0 when the work is done, 1 when it is not within the time; throws when it failed.
int64_t wait(const Work& work, bool queued, int64_t timeout_ms);

}  // namespace door

struct td_store {
    c10::intrusive_ptr<c10d::Store> store;
    int64_t port;
};

struct td_group {
    c10::intrusive_ptr<door::Backend> backend;
    std::function<void()> abort;
    bool queued; // work is queued on a device: waiting for it keeps the order there, and does not wait here
};

struct td_work {
    door::Work work;
    bool queued;
};
#endif

// Gradients averaged over a group while backward still runs.
#include "distributed.h"

#if TD_WITH_GLOO || TD_WITH_NCCL
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <mutex>

using namespace door;
using torch::autograd::Node;
using torch::autograd::variable_list;

// Parameters last to first, which is about the order in which backward makes their gradients.
struct td_buckets {
    struct Bucket {
        std::vector<size_t> members; // places in parameters
        int64_t length = 0;
        size_t missing = 0; // gradients still to come in this backward
        at::Tensor flat;
        Work work;
    };

    td_group* group;
    std::vector<at::Tensor> parameters;
    std::vector<size_t> bucket_of;
    std::vector<std::pair<std::shared_ptr<Node>, uintptr_t>> hooks;
    std::vector<Bucket> buckets;
    std::mutex mutex; // backward of a CUDA graph runs on a thread of the device's own
    size_t sent = 0, waited = 0;
    bool armed = false;

    td_buckets(td_group* group, std::vector<at::Tensor> all, int64_t bytes);
    ~td_buckets();
    void arrived(size_t parameter);
    void send(Bucket& bucket);
    void put_back(const Bucket& bucket);
};

namespace {

// Called when a parameter's gradient is whole: autograd adds up all its uses before that.
struct Arrived : torch::autograd::FunctionPostHook {
    td_buckets* buckets;
    size_t parameter;
    Arrived(td_buckets* buckets, size_t parameter) : buckets(buckets), parameter(parameter) {}
    variable_list operator()(const variable_list& outputs, const variable_list&) override {
        buckets->arrived(parameter);
        return outputs;
    }
};

// The first bucket is small, so that sending starts early.
constexpr int64_t first_bytes = 1 << 20;

}  // namespace

td_buckets::td_buckets(td_group* group, std::vector<at::Tensor> all, int64_t bytes)
    : group(group), parameters(std::move(all)), bucket_of(parameters.size()) {
    for (size_t k = parameters.size(); k-- > 0;) {
        const auto& parameter = parameters[k];
        TORCH_CHECK(parameter.is_leaf() && parameter.scalar_type() == at::kFloat, "parameter ", k, " is no float32 leaf");
        if (buckets.empty() || buckets.back().length * 4 >= (buckets.size() == 1 ? std::min(first_bytes, bytes) : bytes))
            buckets.emplace_back();
        buckets.back().members.push_back(k);
        buckets.back().length += parameter.numel();
        bucket_of[k] = buckets.size() - 1;
    }
    for (auto& bucket : buckets)
        bucket.flat = at::empty({bucket.length}, parameters[bucket.members[0]].options().requires_grad(false));
    for (size_t k = 0; k < parameters.size(); ++k) {
        const bool frozen = !parameters[k].requires_grad();
        if (frozen) parameters[k].set_requires_grad(true); // only then it has an accumulator; it stays the same one
        auto accumulator = torch::autograd::impl::grad_accumulator(parameters[k]);
        if (frozen) parameters[k].set_requires_grad(false);
        hooks.emplace_back(accumulator, accumulator->add_post_hook(std::make_unique<Arrived>(this, k)));
    }
}

td_buckets::~td_buckets() {
    for (auto& [accumulator, key] : hooks) accumulator->del_post_hook(key);
}

void td_buckets::arrived(size_t parameter) {
    std::lock_guard<std::mutex> lock(mutex);
    if (!armed) return;
    --buckets[bucket_of[parameter]].missing;
    while (sent < buckets.size() && buckets[sent].missing == 0) send(buckets[sent++]);
}

void td_buckets::send(Bucket& bucket) {
    at::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (auto k : bucket.members) {
        auto gradient = parameters[k].grad();
        gradients.push_back((gradient.defined() ? gradient : at::zeros_like(parameters[k])).reshape({-1}));
    }
    at::cat_out(bucket.flat, gradients);
    bucket.flat.div_(group->backend->getSize());
    std::vector<at::Tensor> tensors{bucket.flat};
    bucket.work = group->backend->allreduce(tensors);
}

void td_buckets::put_back(const Bucket& bucket) {
    at::NoGradGuard no_grad;
    int64_t start = 0;
    for (auto k : bucket.members) {
        auto gradient = parameters[k].grad();
        const auto length = parameters[k].numel();
        if (gradient.defined()) gradient.copy_(bucket.flat.narrow(0, start, length).view(gradient.sizes()));
        start += length;
    }
}

td_buckets* td_buckets_new(td_group* group, const td_tensor* parameters, int64_t count, int64_t bytes) {
    return guarded<td_buckets*>(nullptr, [&] { return new td_buckets(group, borrow_all(parameters, count), bytes); });
}

void td_buckets_release(td_buckets* buckets) {
    guarded<int64_t>(-1, [&] { delete buckets; return 0; });
}

int64_t td_buckets_count(td_buckets* buckets) { return static_cast<int64_t>(buckets->buckets.size()); }

int64_t td_buckets_arm(td_buckets* buckets) {
    std::lock_guard<std::mutex> lock(buckets->mutex);
    for (auto& bucket : buckets->buckets) bucket.missing = bucket.members.size();
    buckets->sent = buckets->waited = 0;
    buckets->armed = true;
    return 0;
}

int64_t td_buckets_send(td_buckets* buckets) {
    return guarded<int64_t>(-1, [&] {
        std::lock_guard<std::mutex> lock(buckets->mutex);
        if (!buckets->armed) buckets->sent = buckets->waited = 0;
        buckets->armed = false;
        const auto during = static_cast<int64_t>(buckets->sent);
        while (buckets->sent < buckets->buckets.size()) buckets->send(buckets->buckets[buckets->sent++]);
        return during;
    });
}

int64_t td_buckets_wait(td_buckets* buckets, int64_t timeout_ms) {
    return guarded<int64_t>(-1, [&]() -> int64_t {
        for (; buckets->waited < buckets->buckets.size(); ++buckets->waited) {
            auto& bucket = buckets->buckets[buckets->waited];
            if (wait(bucket.work, buckets->group->queued, timeout_ms)) return 1;
            buckets->put_back(bucket);
            bucket.work.reset();
        }
        return 0;
    });
}
#endif

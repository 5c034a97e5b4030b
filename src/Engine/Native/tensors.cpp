// Tensor handles, their metadata, and autograd.
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/types.h>

#include "guard.h"
#include "values.h"

using namespace door;

namespace {
Impl* impl(td_tensor handle) { return static_cast<Impl*>(handle); }
}  // namespace

void td_release(td_tensor tensor) {
    if (tensor) ImplPtr::reclaim(impl(tensor));
}

int64_t td_dim(td_tensor tensor) { return impl(tensor)->dim(); }

int64_t td_numel(td_tensor tensor) { return impl(tensor)->numel(); }

int64_t td_dtype(td_tensor tensor) { return static_cast<int64_t>(c10::typeMetaToScalarType(impl(tensor)->dtype())); }

void td_shape(td_tensor tensor, int64_t* sizes, int64_t* strides) {
    auto from_sizes = impl(tensor)->sizes();
    if (sizes) std::copy(from_sizes.begin(), from_sizes.end(), sizes);
    if (strides) {
        auto from_strides = impl(tensor)->strides();
        std::copy(from_strides.begin(), from_strides.end(), strides);
    }
}

void td_device(td_tensor tensor, int64_t* type, int64_t* index) {
    auto on = impl(tensor)->device();
    *type = static_cast<int64_t>(on.type());
    *index = on.index();
}

int64_t td_storage_offset(td_tensor tensor) { return impl(tensor)->storage_offset(); }

int64_t td_same(td_tensor a, td_tensor b) { return a == b; }

void* td_data(td_tensor tensor) {
    return guarded<void*>(nullptr, [&] { return borrow(tensor).data_ptr(); });
}

td_tensor td_alias(td_tensor tensor) { return own(borrow(tensor)); }

td_tensor td_from_blob(void* data, const int64_t* sizes, int64_t dim, int64_t dtype, void (*deleter)(void*), void* context) {
    return guarded<td_tensor>(nullptr, [&] {
        auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype));
        auto release = [deleter, context](void*) { if (deleter) deleter(context); };
        return own(torch::from_blob(data, {sizes, static_cast<size_t>(dim)}, release, options));
    });
}

int64_t td_requires_grad(td_tensor tensor) { return impl(tensor)->requires_grad(); }

int64_t td_set_requires_grad(td_tensor tensor, int64_t value) {
    return guarded<int64_t>(-1, [&] { borrow(tensor).set_requires_grad(value != 0); return 0; });
}

int64_t td_is_leaf(td_tensor tensor) { return borrow(tensor).is_leaf(); }

int64_t td_retain_grad(td_tensor tensor) {
    return guarded<int64_t>(-1, [&] { borrow(tensor).retain_grad(); return 0; });
}

td_tensor td_grad(td_tensor tensor) { return own(borrow(tensor).grad()); }

int64_t td_set_grad(td_tensor tensor, td_tensor grad) {
    return guarded<int64_t>(-1, [&] { borrow(tensor).mutable_grad() = borrow(grad); return 0; });
}

int64_t td_set_data(td_tensor tensor, td_tensor data) {
    return guarded<int64_t>(-1, [&] { borrow(tensor).set_data(borrow(data)); return 0; });
}

int64_t td_backward(const td_tensor* outputs, const td_tensor* gradients, int64_t count, int64_t retain_graph,
                    int64_t create_graph, const td_tensor* inputs, int64_t input_count) {
    return guarded<int64_t>(-1, [&] {
        torch::autograd::backward(borrow_all(outputs, count), gradients ? borrow_all(gradients, count) : std::vector<at::Tensor>(),
                                  retain_graph != 0, create_graph != 0, borrow_all(inputs, input_count));
        return 0;
    });
}

int64_t td_gradients(const td_tensor* outputs, const td_tensor* gradients, int64_t count, const td_tensor* inputs,
                     int64_t input_count, int64_t retain_graph, int64_t create_graph, int64_t allow_unused,
                     td_tensor* results) {
    return guarded<int64_t>(-1, [&] {
        auto grads = torch::autograd::grad(borrow_all(outputs, count), borrow_all(inputs, input_count),
                                           gradients ? borrow_all(gradients, count) : std::vector<at::Tensor>(),
                                           retain_graph != 0, create_graph != 0, allow_unused != 0);
        for (size_t k = 0; k < grads.size(); ++k) results[k] = own(std::move(grads[k]));
        return 0;
    });
}

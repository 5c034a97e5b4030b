// Handles and boxed values: the conversions between td_value and c10::IValue.
#pragma once
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <torch/types.h>
#include <torch/version.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#include "torch_door.h"

#define TD_TORCH_AT_LEAST(major, minor) \
    (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

struct td_generator {
    at::Generator generator;
};

namespace door {

#if TD_TORCH_AT_LEAST(2, 5)
template <typename T> using Optional = std::optional<T>;
#else
template <typename T> using Optional = c10::optional<T>;
#endif

using Impl = c10::TensorImpl;
using ImplPtr = c10::intrusive_ptr<Impl, c10::UndefinedTensorImpl>;

inline at::Tensor borrow(td_tensor handle) {
    return handle ? at::Tensor(ImplPtr::reclaim_copy(static_cast<Impl*>(handle))) : at::Tensor();
}

inline td_tensor own(at::Tensor tensor) {
    return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}

inline std::vector<at::Tensor> borrow_all(const td_tensor* handles, int64_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int64_t k = 0; k < count; ++k) tensors.push_back(borrow(handles[k]));
    return tensors;
}

inline c10::Device device(int64_t type, int64_t index) {
    return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}

template <typename T, typename Element>
c10::IValue list(const td_value& value) {
    auto items = static_cast<const Element*>(value.p);
    c10::List<T> result;
    result.reserve(value.length);
    for (int64_t k = 0; k < value.length; ++k) result.push_back(static_cast<T>(items[k]));
    return result;
}

// An argument's kind where the schema decides how a number is boxed.
enum class Want : uint8_t { as_given, floating, floating_list };

inline Want want(const c10::TypePtr& type) {
    auto inner = type;
    if (auto optional = inner->cast<c10::OptionalType>()) inner = optional->getElementType();
    if (inner->kind() == c10::TypeKind::FloatType) return Want::floating;
    if (auto list = inner->cast<c10::ListType>())
        if (list->getElementType()->kind() == c10::TypeKind::FloatType) return Want::floating_list;
    return Want::as_given;
}

inline c10::IValue box(const td_value& value, Want wanted) {
    switch (value.tag) {
        case TD_NONE: return {};
        case TD_TENSOR: return borrow(value.p);
        case TD_INT: return wanted == Want::floating ? c10::IValue(static_cast<double>(value.i)) : c10::IValue(value.i);
        case TD_DOUBLE: return value.d;
        case TD_BOOL: return value.i != 0;
        case TD_INT_LIST: return wanted == Want::floating_list ? list<double, int64_t>(value) : list<int64_t, int64_t>(value);
        case TD_DOUBLE_LIST: return list<double, double>(value);
        case TD_BOOL_LIST: return list<bool, uint8_t>(value);
        case TD_TENSOR_LIST: {
            auto handles = static_cast<const td_tensor*>(value.p);
            c10::List<at::Tensor> result;
            result.reserve(value.length);
            for (int64_t k = 0; k < value.length; ++k) result.push_back(borrow(handles[k]));
            return result;
        }
        case TD_OPTIONAL_TENSOR_LIST: {
            auto handles = static_cast<const td_tensor*>(value.p);
            c10::List<Optional<at::Tensor>> result;
            result.reserve(value.length);
            for (int64_t k = 0; k < value.length; ++k)
                result.push_back(handles[k] ? Optional<at::Tensor>(borrow(handles[k])) : Optional<at::Tensor>());
            return result;
        }
        case TD_STRING: return std::string(static_cast<const char*>(value.p), value.length);
        case TD_DEVICE: return device(value.i, value.length);
        case TD_GENERATOR: return static_cast<td_generator*>(value.p)->generator;
        default: TORCH_CHECK(false, "a boxed value has the unknown tag ", value.tag);
    }
}

inline td_value unbox(const c10::IValue& value) {
    td_value result{TD_NONE, 0, {0}};
    if (value.isNone()) return result;
    if (value.isTensor()) {
        result.tag = TD_TENSOR;
        result.p = own(value.toTensor());
    } else if (value.isInt()) {
        result.tag = TD_INT;
        result.i = value.toInt();
    } else if (value.isDouble()) {
        result.tag = TD_DOUBLE;
        result.d = value.toDouble();
    } else if (value.isBool()) {
        result.tag = TD_BOOL;
        result.i = value.toBool();
    } else if (value.isTensorList()) {
        auto tensors = value.toTensorVector();
        auto handles = static_cast<td_tensor*>(std::malloc(sizeof(td_tensor) * (tensors.size() + 1)));
        for (size_t k = 0; k < tensors.size(); ++k) handles[k] = own(std::move(tensors[k]));
        result.tag = TD_TENSOR_LIST;
        result.length = static_cast<int64_t>(tensors.size());
        result.p = handles;
    } else if (value.isString()) {
        const auto& text = value.toStringRef();
        result.tag = TD_STRING;
        result.length = static_cast<int64_t>(text.size());
        result.p = std::malloc(text.size() + 1);
        std::memcpy(result.p, text.data(), text.size());
    } else {
        TORCH_CHECK(false, "a result of type ", value.tagKind(), " does not pass the door");
    }
    return result;
}

}  // namespace door

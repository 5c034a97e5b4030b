// TorchScript files: load, move, run.
#include <torch/script.h>

#include <sstream>

#include "guard.h"
#include "values.h"

struct td_module {
    torch::jit::Module module;
};

using namespace door;

namespace {

// Tuples, lists and dictionaries of a result, in order, as one row of values.
void flatten(const c10::IValue& value, std::vector<c10::IValue>& into) {
    if (value.isTuple()) {
        for (const auto& element : value.toTupleRef().elements()) flatten(element, into);
    } else if (value.isList() && !value.isTensorList()) {
        for (const c10::IValue& element : value.toListRef()) flatten(element, into);
    } else if (value.isTensorList()) {
        for (const auto& tensor : value.toTensorVector()) into.emplace_back(tensor);
    } else {
        into.push_back(value);
    }
}

}  // namespace

td_module* td_module_load(const char* path, int64_t device_type, int64_t device_index) {
    return guarded<td_module*>(nullptr, [&] {
        return new td_module{torch::jit::load(std::string(path), device(device_type, device_index))};
    });
}

void td_module_release(td_module* module) { delete module; }

int64_t td_module_to(td_module* module, int64_t device_type, int64_t device_index, int64_t dtype) {
    return guarded<int64_t>(-1, [&] {
        if (dtype < 0) module->module.to(device(device_type, device_index));
        else module->module.to(device(device_type, device_index), static_cast<at::ScalarType>(dtype));
        return 0;
    });
}

int64_t td_module_train(td_module* module, int64_t value) {
    return guarded<int64_t>(-1, [&] { module->module.train(value != 0); return 0; });
}

int64_t td_module_is_training(td_module* module) {
    return guarded<int64_t>(-1, [&]() -> int64_t { return module->module.is_training(); });
}

int64_t td_module_forward(td_module* module, const td_value* arguments, int64_t count, td_value* results, int64_t capacity) {
    return guarded<int64_t>(-1, [&]() -> int64_t {
        std::vector<c10::IValue> inputs;
        for (int64_t k = 0; k < count; ++k) inputs.push_back(box(arguments[k], Want::as_given));
        std::vector<c10::IValue> outputs;
        flatten(module->module.forward(std::move(inputs)), outputs);
        TORCH_CHECK(static_cast<int64_t>(outputs.size()) <= capacity, "returns ", outputs.size(), " values, room for ", capacity);
        for (size_t k = 0; k < outputs.size(); ++k) results[k] = unbox(outputs[k]);
        return static_cast<int64_t>(outputs.size());
    });
}

int64_t td_module_tensors(td_module* module, int64_t buffers, td_tensor** tensors, char** names) {
    return guarded<int64_t>(-1, [&]() -> int64_t {
        std::ostringstream lines;
        std::vector<at::Tensor> found;
        auto add = [&](const auto& named) {
            lines << named.name << '\n';
            found.push_back(named.value);
        };
        if (buffers) for (const auto& named : module->module.named_buffers()) add(named);
        else for (const auto& named : module->module.named_parameters()) add(named);
        auto text = lines.str();
        *names = static_cast<char*>(std::malloc(text.size() + 1));
        std::memcpy(*names, text.c_str(), text.size() + 1);
        *tensors = static_cast<td_tensor*>(std::malloc(sizeof(td_tensor) * (found.size() + 1)));
        for (size_t k = 0; k < found.size(); ++k) (*tensors)[k] = own(found[k]);
        return static_cast<int64_t>(found.size());
    });
}

// Operators by name: the dispatcher's boxed call.
#include <ATen/core/dispatch/Dispatcher.h>

#include "guard.h"
#include "values.h"

struct td_operator {
    c10::OperatorHandle handle;
    std::vector<door::Want> wants;
    std::vector<door::Optional<c10::IValue>> defaults;
};

using namespace door;

int64_t td_abi(void) { return TD_ABI; }

const char* td_last_error(void) { return last_error().c_str(); }

void td_free(void* memory) { std::free(memory); }

td_operator* td_find(const char* name, const char* overload) {
    return guarded<td_operator*>(nullptr, [&] {
        auto found = c10::Dispatcher::singleton().findSchema({name, overload});
        TORCH_CHECK(found.has_value(), "this libtorch has no operator ", name, *overload ? "." : "", overload);
        auto op = new td_operator{*found, {}, {}};
        for (const auto& argument : found->schema().arguments()) {
            op->wants.push_back(want(argument.type()));
            op->defaults.push_back(argument.default_value());
        }
        return op;
    });
}

int64_t td_call(td_operator* op, const td_value* arguments, int64_t count, td_value* results, int64_t capacity) {
    return guarded<int64_t>(-1, [&]() -> int64_t {
        const auto wanted = static_cast<int64_t>(op->wants.size());
        TORCH_CHECK(count <= wanted, "takes ", wanted, " arguments, not ", count);
        torch::jit::Stack stack;
        stack.reserve(wanted);
        for (int64_t k = 0; k < wanted; ++k) {
            if (k < count && arguments[k].tag != TD_DEFAULT) {
                stack.push_back(box(arguments[k], op->wants[k]));
            } else {
                TORCH_CHECK(op->defaults[k].has_value(), "argument \"", op->handle.schema().arguments()[k].name(),
                            "\" has no default and must be given");
                stack.push_back(*op->defaults[k]);
            }
        }
        op->handle.callBoxed(stack);
        TORCH_CHECK(static_cast<int64_t>(stack.size()) <= capacity, "returns ", stack.size(), " values, room for ", capacity);
        for (size_t k = 0; k < stack.size(); ++k) results[k] = unbox(stack[k]);
        return static_cast<int64_t>(stack.size());
    });
}

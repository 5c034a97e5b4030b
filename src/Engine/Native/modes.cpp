// Modes of the calling thread, random generators, threads, determinism and the C allocator.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/InferenceMode.h>
#include <torch/utils.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "guard.h"
#include "values.h"

using namespace door;

const char* td_version(void) { return TORCH_VERSION; }

int64_t td_grad_enabled(void) { return at::GradMode::is_enabled(); }

void td_set_grad_enabled(int64_t value) { at::GradMode::set_enabled(value != 0); }

void* td_inference_mode_enter(int64_t value) { return new c10::InferenceMode(value != 0); }

void td_inference_mode_exit(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

int64_t td_inference_mode_enabled(void) { return c10::InferenceMode::is_enabled(); }

int64_t td_autocast_enabled(int64_t device_type) {
#if TD_TORCH_AT_LEAST(2, 4)
    return at::autocast::is_autocast_enabled(static_cast<c10::DeviceType>(device_type));
#else
    return static_cast<c10::DeviceType>(device_type) == c10::DeviceType::CPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
#endif
}

int64_t td_autocast(int64_t device_type, int64_t enabled, int64_t dtype) {
    return guarded<int64_t>(-1, [&] {
        auto type = static_cast<c10::DeviceType>(device_type);
        auto to = static_cast<at::ScalarType>(dtype);
#if TD_TORCH_AT_LEAST(2, 4)
        at::autocast::set_autocast_dtype(type, to);
        at::autocast::set_autocast_enabled(type, enabled != 0);
#else
        if (type == c10::DeviceType::CPU) {
            at::autocast::set_autocast_cpu_dtype(to);
            at::autocast::set_cpu_enabled(enabled != 0);
        } else {
            at::autocast::set_autocast_gpu_dtype(to);
            at::autocast::set_enabled(enabled != 0);
        }
#endif
        return 0;
    });
}

void td_autocast_clear_cache(void) { at::autocast::clear_cache(); }

td_generator* td_generator_default(int64_t device_type, int64_t device_index) {
    return guarded<td_generator*>(nullptr, [&] {
        return new td_generator{at::globalContext().defaultGenerator(device(device_type, device_index))};
    });
}

td_generator* td_generator_new(int64_t device_type, int64_t device_index, uint64_t seed) {
    return guarded<td_generator*>(nullptr, [&] {
        auto like = at::globalContext().defaultGenerator(device(device_type, device_index));
        auto made = new td_generator{like.clone()};
        made->generator.set_current_seed(seed);
        return made;
    });
}

void td_generator_release(td_generator* generator) { delete generator; }

int64_t td_generator_seed(td_generator* generator, uint64_t seed) {
    return guarded<int64_t>(-1, [&] {
        std::lock_guard<std::mutex> lock(generator->generator.mutex());
        generator->generator.set_current_seed(seed);
        return 0;
    });
}

int64_t td_generator_initial_seed(td_generator* generator, uint64_t* seed) {
    return guarded<int64_t>(-1, [&] { *seed = generator->generator.current_seed(); return 0; });
}

td_tensor td_generator_state(td_generator* generator) {
    return guarded<td_tensor>(nullptr, [&] {
        std::lock_guard<std::mutex> lock(generator->generator.mutex());
        return own(generator->generator.get_state());
    });
}

int64_t td_generator_set_state(td_generator* generator, td_tensor state) {
    return guarded<int64_t>(-1, [&] {
        std::lock_guard<std::mutex> lock(generator->generator.mutex());
        generator->generator.set_state(borrow(state));
        return 0;
    });
}

int64_t td_manual_seed(uint64_t seed) {
    return guarded<int64_t>(-1, [&] { at::manual_seed(seed); return 0; });
}

int64_t td_num_threads(void) { return at::get_num_threads(); }

int64_t td_set_num_threads(int64_t count) {
    return guarded<int64_t>(-1, [&] { at::set_num_threads(static_cast<int>(count)); return 0; });
}

int64_t td_deterministic(void) { return at::globalContext().deterministicAlgorithms(); }

int64_t td_set_deterministic(int64_t value, int64_t warn_only) {
    return guarded<int64_t>(-1, [&] {
        at::globalContext().setDeterministicAlgorithms(value != 0, warn_only != 0);
        return 0;
    });
}

int64_t td_set_tf32(int64_t value, int64_t convolutions) {
    return guarded<int64_t>(-1, [&] {
        if (convolutions) at::globalContext().setAllowTF32CuDNN(value != 0);
        else at::globalContext().setAllowTF32CuBLAS(value != 0);
        return 0;
    });
}

int64_t td_tf32(int64_t convolutions) {
    return guarded<int64_t>(-1, [&]() -> int64_t {
        return convolutions ? at::globalContext().allowTF32CuDNN() : at::globalContext().allowTF32CuBLAS();
    });
}

int64_t td_set_cudnn(int64_t enabled, int64_t benchmark, int64_t deterministic) {
    return guarded<int64_t>(-1, [&] {
        at::globalContext().setUserEnabledCuDNN(enabled != 0);
        at::globalContext().setBenchmarkCuDNN(benchmark != 0);
        at::globalContext().setDeterministicCuDNN(deterministic != 0);
        return 0;
    });
}

void td_keep_large_blocks(void) {
#if defined(__GLIBC__)
    // The step's large activations come back every step: keep them instead of mapping and clearing fresh pages.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, -1); // never: what a step frees at its end, the next one takes again
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

/*
 * One door into libtorch: every ATen operator is found by name and called with boxed values, so that this header
 * does not grow with the API in front of it. Beside it stands only what is no operator. Plain C; no exception crosses.
 *
 * Handles: a tensor is a TensorImpl with one reference owned by whoever holds the handle; NULL is the undefined tensor.
 * Errors: functions that can fail return -1 or NULL and leave a sentence in td_last_error() of the same thread.
 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void* td_tensor;
typedef struct td_operator td_operator;
typedef struct td_generator td_generator;
typedef struct td_module td_module;
typedef struct td_graph td_graph;

enum td_tag {
    TD_NONE = 0,
    TD_TENSOR = 1,               /* p: handle; borrowed in arguments, owned in results */
    TD_INT = 2,                  /* i; also data types, layouts and memory formats */
    TD_DOUBLE = 3,               /* d */
    TD_BOOL = 4,                 /* i */
    TD_INT_LIST = 5,             /* p: int64_t[length] */
    TD_DOUBLE_LIST = 6,          /* p: double[length] */
    TD_BOOL_LIST = 7,            /* p: uint8_t[length] */
    TD_TENSOR_LIST = 8,          /* p: td_tensor[length]; in results malloc'ed, see td_free */
    TD_OPTIONAL_TENSOR_LIST = 9, /* p: td_tensor[length], NULL is "none" */
    TD_STRING = 10,              /* p: UTF-8 bytes[length]; in results malloc'ed, see td_free */
    TD_DEVICE = 11,              /* i: device type, length: index, -1 for the current one */
    TD_GENERATOR = 12,           /* p: td_generator */
    TD_DEFAULT = 13              /* the schema's own default */
};

typedef struct td_value {
    int64_t tag;
    int64_t length;
    union {
        int64_t i;
        double d;
        void* p;
    };
} td_value;

#define TD_ABI 4 /* grows with every change of this header; the managed side refuses another number */
int64_t td_abi(void);
const char* td_last_error(void);
void td_free(void* memory);
const char* td_version(void); /* of the libtorch that this was compiled against */

/* Operators. Missing trailing arguments take the schema's defaults; an int stands for a float where one is wanted. */
td_operator* td_find(const char* name, const char* overload);
int64_t td_call(td_operator* op, const td_value* arguments, int64_t count, td_value* results, int64_t capacity);

/* Tensor handles and their metadata. */
void td_release(td_tensor tensor);
int64_t td_dim(td_tensor tensor);
int64_t td_numel(td_tensor tensor);
int64_t td_dtype(td_tensor tensor);
void td_shape(td_tensor tensor, int64_t* sizes, int64_t* strides); /* either may be NULL */
void td_device(td_tensor tensor, int64_t* type, int64_t* index);
int64_t td_storage_offset(td_tensor tensor);
int64_t td_same(td_tensor a, td_tensor b); /* whether both are one TensorImpl */
void* td_data(td_tensor tensor);           /* of its first element; NULL and an error where it has no storage */
td_tensor td_alias(td_tensor tensor);      /* one more handle to the same TensorImpl */
td_tensor td_from_blob(void* data, const int64_t* sizes, int64_t dim, int64_t dtype, void (*deleter)(void*), void* context);

/* Autograd. */
int64_t td_requires_grad(td_tensor tensor);
int64_t td_set_requires_grad(td_tensor tensor, int64_t value);
int64_t td_is_leaf(td_tensor tensor);
int64_t td_retain_grad(td_tensor tensor);
td_tensor td_grad(td_tensor tensor);
int64_t td_set_grad(td_tensor tensor, td_tensor grad);
int64_t td_set_data(td_tensor tensor, td_tensor data); /* tensor.data = data: same handle, other storage, type and shape */
int64_t td_backward(const td_tensor* outputs, const td_tensor* gradients, int64_t count, int64_t retain_graph,
                    int64_t create_graph, const td_tensor* inputs, int64_t input_count);
int64_t td_gradients(const td_tensor* outputs, const td_tensor* gradients, int64_t count, const td_tensor* inputs,
                     int64_t input_count, int64_t retain_graph, int64_t create_graph, int64_t allow_unused,
                     td_tensor* results);

/* Modes of this thread. A guard is freed on the thread that made it, in reverse order. */
int64_t td_grad_enabled(void);
void td_set_grad_enabled(int64_t value);
void* td_inference_mode_enter(int64_t value);
void td_inference_mode_exit(void* guard);
int64_t td_inference_mode_enabled(void);
int64_t td_autocast_enabled(int64_t device_type);
int64_t td_autocast(int64_t device_type, int64_t enabled, int64_t dtype);
void td_autocast_clear_cache(void);

/* Random generators. */
td_generator* td_generator_default(int64_t device_type, int64_t device_index);
td_generator* td_generator_new(int64_t device_type, int64_t device_index, uint64_t seed);
void td_generator_release(td_generator* generator);
int64_t td_generator_seed(td_generator* generator, uint64_t seed);
int64_t td_generator_initial_seed(td_generator* generator, uint64_t* seed);
td_tensor td_generator_state(td_generator* generator);
int64_t td_generator_set_state(td_generator* generator, td_tensor state);
int64_t td_manual_seed(uint64_t seed); /* of all devices */

/* Threads, determinism, numerics, memory. */
int64_t td_num_threads(void);
int64_t td_set_num_threads(int64_t count);
int64_t td_deterministic(void);
int64_t td_set_deterministic(int64_t value, int64_t warn_only);
int64_t td_set_tf32(int64_t value, int64_t convolutions); /* of matrix products, or of convolutions */
int64_t td_tf32(int64_t convolutions);
int64_t td_set_cudnn(int64_t enabled, int64_t benchmark, int64_t deterministic);
void td_keep_large_blocks(void);               /* the C allocator keeps large blocks instead of returning each */

/* Devices. Statistics: allocated, reserved, peak allocated, peak reserved, in bytes; -1 where not compiled in. */
int64_t td_cuda_available(void);
int64_t td_cuda_device_count(void);
int64_t td_cuda_synchronize(int64_t device);
int64_t td_cuda_memory(int64_t device, int64_t statistics[4]);
int64_t td_cuda_reset_peak(int64_t device);
int64_t td_cuda_empty_cache(void);
int64_t td_mps_available(void);

/* CUDA graphs, on one thread: begin, some warm-up calls of the work, record, the work, end; then replay at any time. */
td_graph* td_graph_begin(int64_t device); /* the thread's current stream is the graph's own until the end */
int64_t td_graph_record(td_graph* graph);
int64_t td_graph_end(td_graph* graph, int64_t recorded); /* recorded 0: the work failed before record */
int64_t td_graph_replay(td_graph* graph);
void td_graph_release(td_graph* graph);

/* TorchScript. A tuple or list of results arrives flattened, in order. */
td_module* td_module_load(const char* path, int64_t device_type, int64_t device_index);
void td_module_release(td_module* module);
int64_t td_module_to(td_module* module, int64_t device_type, int64_t device_index, int64_t dtype); /* dtype -1: as is */
int64_t td_module_train(td_module* module, int64_t value);
int64_t td_module_is_training(td_module* module);
int64_t td_module_forward(td_module* module, const td_value* arguments, int64_t count, td_value* results, int64_t capacity);
/* parameters, or buffers where wanted: names as malloc'ed lines, handles in a malloc'ed array; returns their number */
int64_t td_module_tensors(td_module* module, int64_t buffers, td_tensor** tensors, char** names);

#ifdef __cplusplus
}
#endif

/*
 * Many processes as one: c10d behind the same door. A store where processes find each other, groups of them over Gloo
 * (CPU) or NCCL (CUDA), and the averaging of gradients while backward still runs. The rules of torch_door.h on handles
 * and errors hold here; its TD_ABI counts the changes of this header too. Any function may be called from any thread.
 */
#pragma once
#include "torch_door.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct td_store td_store;
typedef struct td_group td_group;
typedef struct td_work td_work;
typedef struct td_buckets td_buckets;

enum td_backend { TD_GLOO = 0, TD_NCCL = 1 };
enum td_reduction { TD_SUM = 0, TD_MIN = 1, TD_MAX = 2 };

/* Whether this library was built with the backend. */
int64_t td_has_backend(int64_t backend);

/* A table of keys and bytes that one process serves over TCP. Waiting functions fail after their time. */
td_store* td_store_new(const char* host, int64_t port, int64_t serves, const char* prefix, int64_t timeout_ms); /* port 0: any */
void td_store_release(td_store* store);
int64_t td_store_port(td_store* store);
int64_t td_store_set(td_store* store, const char* key, const uint8_t* bytes, int64_t length);
int64_t td_store_get(td_store* store, const char* key, uint8_t** bytes); /* waits; malloc'ed bytes, returns their number */
int64_t td_store_add(td_store* store, const char* key, int64_t amount, int64_t* sum);
int64_t td_store_has(td_store* store, const char* key);
int64_t td_store_delete(td_store* store, const char* key); /* 1 where there was one */

/* A group of size processes that meet through the store. Gloo talks over the interface, else over the local address,
   else over what the host name stands for; either may be NULL. */
td_group* td_group_new(td_store* store, int64_t backend, int64_t rank, int64_t size, int64_t timeout_ms,
                       const char* interface, const char* address);
void td_group_release(td_group* group);
int64_t td_group_abort(td_group* group); /* what is under way fails, here and at the others */

/* Every process of the group calls the same functions in the same order. Tensors are contiguous and change in place. */
td_work* td_group_broadcast(td_group* group, td_tensor tensor, int64_t root);
td_work* td_group_all_reduce(td_group* group, td_tensor tensor, int64_t reduction);
td_work* td_group_all_gather(td_group* group, td_tensor tensor, const td_tensor* results); /* one result a process */
td_work* td_group_barrier(td_group* group);

/* 0: done (on CUDA: what this thread queues from now on sees the result); 1: not within the time; -1: failed. */
int64_t td_work_wait(td_work* work, int64_t timeout_ms);
void td_work_release(td_work* work);

/* Gradients of parameters, averaged over the group in flat buckets. After td_buckets_arm each bucket is sent as soon as
   one backward has made all its gradients, always in the same order. td_buckets_send sends what is left;
   td_buckets_wait answers as td_work_wait and, when done, has put the averages in the place of the gradients. */
td_buckets* td_buckets_new(td_group* group, const td_tensor* parameters, int64_t count, int64_t bytes);
void td_buckets_release(td_buckets* buckets);
int64_t td_buckets_count(td_buckets* buckets);
int64_t td_buckets_arm(td_buckets* buckets);
int64_t td_buckets_send(td_buckets* buckets); /* returns how many had been sent during backward */
int64_t td_buckets_wait(td_buckets* buckets, int64_t timeout_ms);

#ifdef __cplusplus
}
#endif

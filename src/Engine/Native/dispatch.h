// A loop compiled for several instruction sets, of which the processor at hand picks one when the library is loaded: the
// door is built once and may run on another machine.
#pragma once

#define DOOR_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define DOOR_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define DOOR_CLONES
#endif

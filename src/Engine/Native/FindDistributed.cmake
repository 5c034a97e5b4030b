# Which backends of c10d can be used: both need headers that not every libtorch brings, so each is tried.
# Sets DISTRIBUTED_DEFINITIONS, DISTRIBUTED_INCLUDE_DIRS, DISTRIBUTED_LIBRARIES.
include(CheckCXXSourceCompiles)
set(DISTRIBUTED_DEFINITIONS USE_DISTRIBUTED)
set(DISTRIBUTED_INCLUDE_DIRS "")
set(DISTRIBUTED_LIBRARIES "")

# Where CUDA's wheels keep their headers; nothing where there are none.
file(GLOB wheel_includes ${LIBTORCH_LIBRARY_DIR}/../../nvidia/*/include)

foreach(definition ${LIBTORCH_DEFINITIONS} USE_DISTRIBUTED)
  list(APPEND CMAKE_REQUIRED_DEFINITIONS -D${definition})
endforeach()
set(CMAKE_REQUIRED_LINK_OPTIONS -L${LIBTORCH_LIBRARY_DIR} -Wl,-rpath-link,${LIBTORCH_LIBRARY_DIR})

# Gloo's own headers; its library stands apart in Debian, inside libtorch_cpu elsewhere.
find_library(gloo_library gloo)
set(CMAKE_REQUIRED_INCLUDES ${LIBTORCH_INCLUDE_DIRS})
set(CMAKE_REQUIRED_LIBRARIES ${LIBTORCH_LIBRARIES})
if(gloo_library)
  list(APPEND CMAKE_REQUIRED_LIBRARIES ${gloo_library})
endif()
check_cxx_source_compiles("
  #define USE_C10D_GLOO 1
  #include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
  struct Closable : c10d::ProcessGroupGloo {
      using c10d::ProcessGroupGloo::ProcessGroupGloo;
      void close() { for (auto& context : contexts_) context->closeConnections(); }
  };
  int main() { return !c10d::ProcessGroupGloo::createDefaultDevice(); }" TD_GLOO_WORKS)
if(TD_GLOO_WORKS)
  list(APPEND DISTRIBUTED_DEFINITIONS TD_WITH_GLOO=1 USE_C10D_GLOO=1)
  if(gloo_library)
    list(APPEND DISTRIBUTED_LIBRARIES ${gloo_library})
  endif()
endif()

if(EXISTS "${LIBTORCH_LIBRARY_DIR}/libc10_cuda.so")
  find_path(nccl_include nccl.h HINTS ${wheel_includes} $ENV{CUDA_HOME}/include /usr/local/cuda/include)
  if(nccl_include)
    list(APPEND wheel_includes ${nccl_include})
  endif()
  set(CMAKE_REQUIRED_INCLUDES ${LIBTORCH_INCLUDE_DIRS} ${wheel_includes})
  check_cxx_source_compiles("
    #define USE_C10D_NCCL 1
    #include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
    int main() { return !c10d::ProcessGroupNCCL::Options::create(); }" TD_NCCL_WORKS)
  if(TD_NCCL_WORKS)
    list(APPEND DISTRIBUTED_DEFINITIONS TD_WITH_NCCL=1 USE_C10D_NCCL=1)
    list(APPEND DISTRIBUTED_INCLUDE_DIRS ${wheel_includes})
  endif()
endif()
message(STATUS "c10d: ${DISTRIBUTED_DEFINITIONS}")

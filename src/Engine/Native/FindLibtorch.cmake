# Finds libtorch's headers and libraries without its own CMake package, which would ask for a whole CUDA toolkit.
# Sets LIBTORCH_INCLUDE_DIRS, LIBTORCH_LIBRARY_DIR, LIBTORCH_LIBRARIES, LIBTORCH_DEFINITIONS.
set(root "$ENV{LIBTORCH}")
if(NOT root)
  execute_process(
    COMMAND python3 -c "import torch, os; print(os.path.dirname(torch.__file__))"
    OUTPUT_VARIABLE root OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
  if(NOT status EQUAL 0 OR NOT EXISTS "${root}/include/torch/csrc/api/include/torch/torch.h")
    set(root "") # Debian's python3-torch keeps the headers in libtorch-dev
  endif()
endif()

if(root)
  set(LIBTORCH_INCLUDE_DIRS ${root}/include ${root}/include/torch/csrc/api/include)
  set(LIBTORCH_LIBRARY_DIR ${root}/lib)
else()
  find_path(torch_include torch/csrc/api/include/torch/torch.h)
  find_library(torch_library torch_cpu)
  if(NOT torch_include OR NOT torch_library)
    message(FATAL_ERROR "libtorch was not found. Install it (Debian: apt-get install libtorch-dev), or set LIBTORCH to an unpacked libtorch or to PyTorch's folder.")
  endif()
  set(LIBTORCH_INCLUDE_DIRS ${torch_include} ${torch_include}/torch/csrc/api/include)
  get_filename_component(LIBTORCH_LIBRARY_DIR ${torch_library} DIRECTORY)
endif()

set(LIBTORCH_LIBRARIES torch torch_cpu c10)
set(LIBTORCH_DEFINITIONS "")

# Wheels before 2.7 use the old string ABI; their CMake package says so.
file(GLOB torch_config "${LIBTORCH_LIBRARY_DIR}/../share/cmake/Torch/TorchConfig.cmake")
if(torch_config)
  file(STRINGS "${torch_config}" abi REGEX "_GLIBCXX_USE_CXX11_ABI=0")
  if(abi)
    list(APPEND LIBTORCH_DEFINITIONS _GLIBCXX_USE_CXX11_ABI=0)
  endif()
endif()

if(EXISTS "${LIBTORCH_LIBRARY_DIR}/libc10_cuda.so")
  list(APPEND LIBTORCH_LIBRARIES torch_cuda c10_cuda)
  find_path(cuda_include cuda_runtime_api.h
    HINTS $ENV{CUDA_HOME}/include /usr/local/cuda/include
          ${LIBTORCH_LIBRARY_DIR}/../../nvidia/cuda_runtime/include ${LIBTORCH_LIBRARY_DIR}/../../nvidia/cu13/include)
  if(cuda_include)
    list(APPEND LIBTORCH_INCLUDE_DIRS ${cuda_include})
    list(APPEND LIBTORCH_DEFINITIONS TD_CUDA=1)
  else()
    message(STATUS "libtorch has CUDA, but cuda_runtime_api.h was not found: memory statistics are left out")
  endif()
endif()
message(STATUS "libtorch: ${LIBTORCH_LIBRARY_DIR}; libraries ${LIBTORCH_LIBRARIES}; ${LIBTORCH_DEFINITIONS}")

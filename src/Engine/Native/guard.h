// The one place where C++ exceptions end: what a door function throws becomes this thread's last error.
#pragma once
#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace door {

inline std::string& last_error() {
    thread_local std::string message;
    return message;
}

// Runs body; on an exception keeps libtorch's own sentence, without the C++ backtrace, and returns failed.
template <typename Result, typename Body>
Result guarded(Result failed, Body&& body) noexcept {
    try {
        return body();
    } catch (const c10::Error& error) {
        last_error() = error.what_without_backtrace();
    } catch (const std::exception& error) {
        last_error() = error.what();
    } catch (...) {
        last_error() = "an unknown C++ exception";
    }
    return failed;
}

}  // namespace door
